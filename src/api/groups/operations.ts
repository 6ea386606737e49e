// Declares the operations of groups of reviewers: what each takes, who may, and how it answers.

import { z } from 'zod'
import { pageOf, time } from '../answers.ts'
import { pageQuery } from '../input.ts'
import type { Operation } from '../operation.ts'
import { groupChange, groupKind, newGroup, newMember } from './schemas.ts'

const tag = 'Groups'
const COLLECTION = '/v1/groups'
const ONE = `${COLLECTION}/:id` as const
const unknownGroup = { 404: ['not_found'] } as const

const member = z
  .object({
    person_id: z.string(),
    name: z.string(),
    emails: z.array(z.string()),
    until: time.nullable().describe('UTC; no member any more from then on; null: without an end'),
    added_at: time,
    added_by: z.string().describe('An admin’s key, or the command line'),
  })
  .meta({ id: 'Member' })

const listedAccount = z
  .object({
    user_id: z.string(),
    person_id: z.string().nullable().describe('null: nobody has used it here yet'),
    name: z.string().nullable(),
  })
  .meta({ id: 'ListedAccount' })

const groupFields = z.object({
  id: z.string(),
  name: z.string().describe('In lower case; in a path it may stand in the place of the id, in any case'),
  kind: groupKind,
  destination_id: z.string().nullable(),
  external_id: z.string().nullable(),
  asked_at: time.nullable().describe('UTC; when the platform was asked last'),
  answered_at: time
    .nullable()
    .describe('UTC; when the platform answered last: ten minutes later nobody is in the group any more'),
  ask_error: z.string().nullable().describe('The code of the last question, where it had no answer'),
  created_at: time,
})

export const listedGroup = groupFields.meta({ id: 'ListedGroup' })

export const group = groupFields
  .extend({
    members: z.array(member).describe('Of a group of people, also those whose time is over'),
    accounts: z.array(listedAccount).describe('Of a group that a platform lists, as it said last'),
  })
  .meta({ id: 'Group' })

const joinedGroup = group
  .extend({
    notice: z
      .string()
      .optional()
      .describe('Where accounts are known by the address that are not the person who was added'),
  })
  .meta({ id: 'JoinedGroup' })

export const listGroups = {
  id: 'listGroups',
  tag,
  method: 'get',
  path: COLLECTION,
  summary: 'List groups of reviewers, without who is in them',
  roles: ['admin', 'auditor'],
  query: z.strictObject(pageQuery('grp')),
  answers: { 200: { says: 'A page', body: pageOf(listedGroup) } },
} as const satisfies Operation

export const createGroup = {
  id: 'createGroup',
  tag,
  method: 'post',
  path: COLLECTION,
  summary: 'Make a group of reviewers; of one that a platform lists, the platform is asked at once',
  roles: ['admin'],
  body: newGroup,
  answers: { 201: { says: 'A policy may name it from now on', body: group } },
  problems: { 409: ['group_exists'], 502: ['group_unanswered'] },
} as const satisfies Operation

export const readGroup = {
  id: 'readGroup',
  tag,
  method: 'get',
  path: ONE,
  summary: 'Read a group by its id or name, with who is in it',
  roles: ['admin', 'auditor'],
  answers: { 200: { says: 'The group', body: group } },
  problems: unknownGroup,
} as const satisfies Operation

export const changeGroup = {
  id: 'changeGroup',
  tag,
  method: 'patch',
  path: ONE,
  summary: 'Change what is given; of a group that a platform lists, the platform is asked at once',
  roles: ['admin'],
  body: groupChange,
  answers: { 200: { says: 'As it is now', body: group } },
  problems: { ...unknownGroup, 409: ['group_exists', 'group_in_use'], 502: ['group_unanswered'] },
} as const satisfies Operation

export const deleteGroup = {
  id: 'deleteGroup',
  tag,
  method: 'delete',
  path: ONE,
  summary:
    'Delete a group that neither the policy in force nor a pending approval names; votes that counted for it stay on record',
  roles: ['admin'],
  answers: { 204: { says: 'Nobody is in it any more' } },
  problems: { ...unknownGroup, 409: ['group_in_use'] },
} as const satisfies Operation

export const addMember = {
  id: 'addMember',
  tag,
  method: 'post',
  path: `${ONE}/members`,
  summary: 'Add a person, until a moment or without an end; adding again changes the end',
  roles: ['admin'],
  body: newMember,
  answers: { 200: { says: 'The group as it is now', body: joinedGroup } },
  problems: { ...unknownGroup, 409: ['group_without_list', 'person_exists', 'person_disabled'] },
} as const satisfies Operation

export const removeMember = {
  id: 'removeMember',
  tag,
  method: 'delete',
  path: `${ONE}/members/:person_id`,
  summary: 'Take a person out of a group',
  roles: ['admin'],
  answers: { 204: { says: 'The person is no member any more' } },
  problems: unknownGroup,
} as const satisfies Operation
