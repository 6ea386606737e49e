// Puts people into two groups and a policy in force that asks both, over the HTTP API, unless they are there.

import type { ProductApi } from './product-api.ts'
import { TEAM } from './slack/workspace.ts'
import { TENANT_ID } from './teams/workspace.ts'

interface Page {
  data: { name: string }[]
}

const MAIL_DOMAIN = 'example.com'
/** So that whoever is named by an address is known by their accounts. */
const VOUCHED = [
  { platform: 'slack', tenant: TEAM.id, domains: [MAIL_DOMAIN] },
  { platform: 'teams', tenant: TENANT_ID, domains: [MAIL_DOMAIN] },
]
const ANA = { name: 'Ana Ruiz', email: `ana.ruiz@${MAIL_DOMAIN}` }
const BEN = { name: 'Ben Okafor', email: `ben.okafor@${MAIL_DOMAIN}` }
/** Ben is in both, and counts for the one that needs him. */
const GROUPS = { payments: [ANA, BEN], security: [BEN] }
const POLICY = {
  rules: [
    {
      name: 'payouts',
      match: { tools: ['bank.payout'] },
      ask: {
        requirements: [
          { group: 'payments', approvals: 1 },
          { group: 'security', approvals: 1 },
        ],
        note_required: ['deny'],
      },
    },
  ],
}

/** Safe to repeat. What somebody has made or changed stays as it is. */
export async function ensureReviewGroups(admin: ProductApi): Promise<void> {
  const list = async (path: string) => (await admin.get<Page>(path)).body.data
  if ((await list('/v1/people/vouching')).length === 0) await admin.put('/v1/people/vouching', VOUCHED)
  const there = new Set((await list('/v1/groups')).map(({ name }) => name))
  for (const [name, members] of Object.entries(GROUPS)) {
    if (there.has(name)) continue
    await admin.post('/v1/groups', { name })
    for (const member of members) await admin.post(`/v1/groups/${name}/members`, member)
  }
  if ((await list('/v1/policies/versions')).length === 0) await admin.put('/v1/policies', POLICY)
}
