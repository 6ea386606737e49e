// Declares the operations of people: what each takes, who may, and how it answers.

import { z } from 'zod'
import { pageOf, time } from '../answers.ts'
import { instant, pageQuery, whole } from '../input.ts'
import type { Operation } from '../operation.ts'
import { join, personChange, personRoles, vouching } from './schemas.ts'

const tag = 'People'

const account = z
  .object({
    platform: z.string(),
    tenant: z.string(),
    user_id: z.string(),
    person_id: z
      .string()
      .describe('Of the person or of one of `joined`: whose account it was before they were joined'),
    emails: z.array(z.string()).describe('As the platform said last'),
    email_confirmed: z.boolean().describe('Whether the platform says that they were confirmed'),
  })
  .meta({ id: 'Account' })

const joinedPerson = z
  .object({
    id: z.string(),
    name: z.string(),
    joined_by: z.string().describe('An admin’s key, or `vouching:` and what is vouched for'),
  })
  .meta({ id: 'JoinedPerson' })

export const person = z
  .object({
    id: z.string(),
    name: z.string(),
    emails: z.array(z.string()).describe('Of the person and of all accounts'),
    roles: personRoles,
    disabled: z.boolean().describe('Decides nothing; votes on pending approvals do not count'),
    accounts: z.array(account),
    joined: z.array(joinedPerson).describe('Who is the same person, and was known apart before'),
    created_at: time,
  })
  .meta({ id: 'Person' })

export const listPeople = {
  id: 'listPeople',
  tag,
  method: 'get',
  path: '/v1/people',
  summary: 'List the people who have decided something, hold a key or were added to a group',
  roles: ['admin'],
  query: z.strictObject(pageQuery('per')),
  answers: { 200: { says: 'A page', body: pageOf(person) } },
} as const satisfies Operation

export const readVouching = {
  id: 'readVouching',
  tag,
  method: 'get',
  path: '/v1/people/vouching',
  summary: 'Read which tenants are believed about which mail domains',
  roles: ['admin'],
  answers: { 200: { says: 'All of them', body: pageOf(vouching) } },
} as const satisfies Operation

export const setVouching = {
  id: 'setVouching',
  tag,
  method: 'put',
  path: '/v1/people/vouching',
  summary:
    'Say which tenants are believed about which mail domains: accounts there join the person with their address',
  roles: ['admin'],
  body: z.array(vouching).max(100),
  answers: { 200: { says: 'From now on', body: pageOf(vouching) } },
} as const satisfies Operation

const reviewing = z
  .object({
    person: z.object({ id: z.string(), name: z.string() }).meta({ id: 'PersonReference' }),
    votes: z.int(),
    approvals: z.int(),
    denials: z.int(),
    approved_share: z.number().min(0).max(1),
    median_seconds: z.number().describe('From the request to their vote'),
    within_3_seconds: z.int().describe('Since their card came, or since the request where they clicked none'),
    approvals_without_opening: z.int().describe('Without having opened all of it, on whatever surface'),
  })
  .meta({ id: 'Reviewing' })

export const readReviewing = {
  id: 'readReviewing',
  tag,
  method: 'get',
  path: '/v1/people/reviewing',
  summary:
    'Read how people vote on what was closed in the last 24 hours, or in another time of 31 days at most',
  roles: ['admin'],
  query: z.strictObject({
    since: instant.optional(),
    until: instant.optional(),
    limit: whole(1, 200, 50),
  }),
  answers: { 200: { says: 'Whoever voted most often first; tests are left out', body: pageOf(reviewing) } },
} as const satisfies Operation

export const readPerson = {
  id: 'readPerson',
  tag,
  method: 'get',
  path: '/v1/people/:id',
  summary: 'Read a person; by the id of one who was joined to another, that other',
  roles: ['admin'],
  answers: { 200: { says: 'The person', body: person } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation

export const changePerson = {
  id: 'changePerson',
  tag,
  method: 'patch',
  path: '/v1/people/:id',
  summary: 'Change name or roles, disable a person (which ends their keys) or enable them again',
  roles: ['admin'],
  body: personChange,
  answers: { 200: { says: 'As it is now', body: person } },
  problems: { 404: ['not_found'] },
} as const satisfies Operation

export const joinPeople = {
  id: 'joinPeople',
  tag,
  method: 'post',
  path: '/v1/people/:id/join',
  summary: 'Say that two are the same person: from now on they have one vote',
  roles: ['admin'],
  body: join,
  answers: { 200: { says: 'The person that both are', body: person } },
  problems: { 404: ['not_found'], 409: ['person_disabled'] },
} as const satisfies Operation

export const unjoinPerson = {
  id: 'unjoinPerson',
  tag,
  method: 'post',
  path: '/v1/people/:id/unjoin',
  summary: 'Set back a person who was joined to another; only an admin joins them again',
  roles: ['admin'],
  answers: { 200: { says: 'The person, apart', body: person } },
  problems: { 404: ['not_found'], 409: ['not_joined'] },
} as const satisfies Operation
