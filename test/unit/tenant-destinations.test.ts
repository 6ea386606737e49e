// Shows which destinations the people of a tenant in Teams may ask about.

import { expect, test } from 'vitest'
import type { KnownConversation } from '../../src/platforms/teams/conversations.ts'
import { createTenantDestinations } from '../../src/platforms/teams/tenant-destinations.ts'

const conversation = (id: string, tenantId: string): KnownConversation => ({
  id,
  name: id,
  kind: 'channel',
  addedAt: 0,
  tenantId,
  serviceUrl: 'https://smba.example/',
})
const place = (id: string) => ({
  id,
  name: id,
  config: { conversation_id: `at ${id}` },
  includeDetails: true,
})

function idsIn(allowedTenants: string[]) {
  const known = [conversation('at ours', 'one'), conversation('at theirs', 'two')]
  return createTenantDestinations(
    { allowedTenants },
    {
      knownDestinations: async () => [
        ...['ours', 'theirs'].map(place),
        { ...place('left'), state: 'off' },
        { ...place('removed'), state: 'removed' },
      ],
    },
    { list: async () => known },
  )
}

test('an app of several tenants tells each of its own conversations, and none of one that it had to leave', async () => {
  const inTenant = idsIn(['one', 'two'])
  expect(await inTenant('one')).toEqual(['ours'])
  expect(await inTenant('two')).toEqual(['theirs'])
})

test('where there is one tenant, what the app had to leave was in it', async () => {
  expect(await idsIn(['one'])('one')).toEqual(['ours', 'left'])
})
