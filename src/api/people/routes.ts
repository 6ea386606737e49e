// Serves people to an admin: lists and changes them, joins and separates them, and sets who is vouched for.

import { z } from 'zod'
import type { Queries } from '../../approvals/queries.ts'
import type { People, Vouched } from '../../identity/people.ts'
import { emailsOf, type Person } from '../../identity/persons.ts'
import { isoTime } from '../../kit/clock.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { notFound } from '../errors.ts'
import { answer } from '../result.ts'
import { invalid, validated } from '../validated.ts'
import * as operations from './operations.ts'
import { reviewingEndpoint } from './reviewing.ts'
import type { vouching } from './schemas.ts'

type Vouching = z.infer<typeof vouching>

/** `platforms`: those on which people may have accounts. */
export function peopleEndpoints(
  people: People,
  queries: Pick<Queries, 'reviewing'>,
  platforms: string[],
): Endpoint[] {
  const platform = z.enum(platforms)
  return [
    endpoint(operations.listPeople, async ({ query }) => {
      const page = await people.list(query.cursor, query.limit)
      return answer(200, { data: page.people.map(wire), next_cursor: page.next ?? null })
    }),

    endpoint(operations.readVouching, async () => {
      return answer(200, { data: byTenant(await people.vouching()), next_cursor: null })
    }),

    endpoint(operations.setVouching, async ({ body, caller }) => {
      const mistakes = body.flatMap((said, i) => {
        const valid = validated(platform, said.platform, `${i}.platform`)
        return 'mistakes' in valid ? valid.mistakes : []
      })
      if (mistakes.length > 0) return invalid(mistakes)
      await people.setVouching(rowsOf(body), caller.id)
      return answer(200, { data: byTenant(await people.vouching()), next_cursor: null })
    }),

    reviewingEndpoint(queries),

    endpoint(operations.readPerson, async ({ id }) => {
      const person = await people.find(id)
      if (!person) return notFound('person', id)
      return answer(200, wire(person))
    }),

    endpoint(operations.changePerson, async ({ id, body, caller }) => {
      const person = await people.change(id, body, caller.id)
      if (!person) return notFound('person', id)
      return answer(200, wire(person))
    }),

    endpoint(operations.joinPeople, async ({ id, body, caller }) => {
      const person = await people.join(id, body.person_id, caller.id)
      if (!person) return notFound('person', (await people.find(id)) ? body.person_id : id)
      if (person === 'disabled') {
        const detail = 'One of the two is disabled and the other is not: bring both into the same state first'
        return { problem: { status: 409, code: 'person_disabled', detail } }
      }
      return answer(200, wire(person))
    }),

    endpoint(operations.unjoinPerson, async ({ id, caller }) => {
      const person = await people.unjoin(id, caller.id)
      if (!person) return notFound('person', id)
      if (person === 'not_joined') {
        const detail = 'This person is joined to nobody elder; `joined` of a person lists who can be set back'
        return { problem: { status: 409, code: 'not_joined', detail } }
      }
      return answer(200, wire(person))
    }),
  ]
}

function wire(person: Person): z.infer<typeof operations.person> {
  const [eldest, ...joined] = person.rows
  return {
    id: person.id,
    name: person.name,
    emails: person.emails,
    roles: person.roles.has('reviewer') ? ['reviewer'] : [],
    disabled: person.isDisabled,
    accounts: person.accounts.map(({ platform, tenant, user_id, person_id, ...account }) => ({
      platform,
      tenant,
      user_id,
      person_id,
      emails: emailsOf(account),
      email_confirmed: account.email_confirmed === 1,
    })),
    joined: joined.map(({ id, name, merged_by }) => ({ id, name, joined_by: merged_by ?? '' })),
    created_at: isoTime(eldest?.created_at ?? 0),
  }
}

/** Each once, however often it was named. */
function rowsOf(given: Vouching[]): Vouched[] {
  const rows = given.flatMap(({ platform, tenant, domains }) =>
    domains.map((domain) => ({ platform, tenant, domain })),
  )
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
}

function byTenant(rows: Vouched[]): Vouching[] {
  const groups = Map.groupBy(rows, ({ platform, tenant }) => JSON.stringify([platform, tenant]))
  return [...groups.values()].map((some) => ({
    platform: some[0]?.platform ?? '',
    tenant: some[0]?.tenant ?? '',
    domains: some.map(({ domain }) => domain),
  }))
}
