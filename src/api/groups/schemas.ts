// Says what an admin may send about groups of reviewers.

import { z } from 'zod'
import { GROUP_KINDS, GROUP_NAME, RESERVED_NAME } from '../../identity/groups.ts'
import { isId } from '../../kit/ids.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { identifier, instant, text } from '../input.ts'

export const groupKind = z.enum(GROUP_KINDS)

/** Kept in lower case, so that a policy may name it in any. */
const groupName = inAnyCase(
  z
    .string()
    .min(1)
    .regex(
      GROUP_NAME,
      'must be a name such as payments or on-call.emea: up to 64 letters from a to z, digits, dots, hyphens and underscores, the first a letter or digit',
    )
    .refine((name) => !isId(name, 'grp'), 'must be a name, not an id')
    .refine(
      (name) => name !== RESERVED_NAME,
      `must be another name: ${RESERVED_NAME} are all who may review where no policy asks for a group`,
    ),
)

export const newGroup = z
  .strictObject({
    name: groupName,
    kind: inAnyCase(groupKind)
      .default('people')
      .describe(
        'people: whom an admin adds; destination: whoever may press there; external: whom the platform lists',
      ),
    destination_id: text(100).optional().describe('Where they press, or through which the platform is asked'),
    external_id: identifier(100)
      .optional()
      .describe('The platform’s own id of the group, such as a Slack user group’s'),
  })
  .refine(({ kind, destination_id }) => kind === 'people' || destination_id !== undefined, {
    path: ['destination_id'],
    message: 'is required: the place where they press, or through which the platform is asked',
  })
  .refine(({ kind, external_id }) => kind !== 'external' || external_id !== undefined, {
    path: ['external_id'],
    message: 'is required: the platform’s own id of the group',
  })
  .refine(({ kind, destination_id }) => kind !== 'people' || destination_id === undefined, {
    path: ['destination_id'],
    message: 'A group of people has no destination: give "kind": "destination" or "external"',
  })
  .refine(({ kind, external_id }) => kind === 'external' || external_id === undefined, {
    path: ['external_id'],
    message: 'Only a group of the kind external has an external_id',
  })
  .meta({ id: 'NewGroup' })

export const groupChange = z
  .strictObject({
    name: groupName.optional(),
    destination_id: text(100).optional(),
    external_id: identifier(100).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'Give name, destination_id or external_id')
  .meta({ id: 'GroupChange' })

export const newMember = z
  .strictObject({
    person_id: text(100).optional(),
    email: z.email().max(254).optional(),
    name: text(100).optional().describe('Where nobody has that e-mail address yet'),
    until: instant.nullable().optional().describe('Is a member until then; without it there is no end'),
  })
  .refine(({ person_id, email }) => (person_id === undefined) !== (email === undefined), {
    path: ['person_id'],
    message: 'Give either person_id or email',
  })
  .refine(({ email, name }) => name === undefined || email !== undefined, {
    path: ['name'],
    message: 'A name belongs to an email: a person with an id has one',
  })
  .meta({ id: 'NewMember' })
