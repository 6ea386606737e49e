// Says what an admin may send about people.

import { z } from 'zod'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { text } from '../input.ts'

/** Those that have a meaning for a person; a key has its own. */
export const personRoles = z.array(inAnyCase(z.enum(['reviewer']))).max(100)

export const personChange = z
  .strictObject({
    name: text(100).optional(),
    roles: personRoles.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'Give name, roles or disabled')
  .meta({ id: 'PersonChange' })

export const join = z.strictObject({ person_id: text(100) }).meta({ id: 'Join' })

/** https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.1, in lower case. */
const domain = z
  .string()
  .max(253)
  .transform((given) => given.toLowerCase())
  .refine(
    (given) => /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(given),
    'must be a mail domain such as example.com',
  )

/** One workspace or organization, and the mail domains of which it is believed. */
export const vouching = z
  .strictObject({
    platform: inAnyCase(text(50)),
    tenant: text(200),
    domains: z.array(domain).min(1).max(100),
  })
  .meta({ id: 'Vouching' })
