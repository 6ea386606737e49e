// Finds or makes the person whose vote a new reviewer's key casts.

import type { PersonRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { updatePersons } from '../store/persons.ts'
import { addressHolder, type PersonRefusal } from './address-holder.ts'
import { findPerson } from './persons.ts'

/** The person with this address, made now when nobody has it, and a reviewer from now on. Never renamed by a key. */
export async function holderOf(
  trx: Executor,
  wanted: { name: string; email: string },
  now: number,
): Promise<PersonRow | { refused: PersonRefusal }> {
  const holder = await addressHolder(trx, wanted, now)
  if ('refused' in holder) return holder
  const person = await findPerson(trx, holder)
  if (!person.roles.has('reviewer')) {
    const roles = JSON.stringify([...JSON.parse(holder.roles), 'reviewer'])
    await updatePersons(trx, [holder.id], { roles })
  }
  return holder
}
