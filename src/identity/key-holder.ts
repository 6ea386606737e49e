// Finds or makes the person whose vote a new reviewer's key casts.

import type { PersonRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findPersonByEmail, insertPerson, lockPeople, updatePersons } from '../store/persons.ts'
import { isOfDisabled } from './accounts.ts'
import { joinAddressed } from './joining.ts'
import { findPerson, newPerson, type Person } from './persons.ts'

/**
 * `person_exists`: somebody has the address under another name; `person_disabled`: an admin has disabled whoever has
 * it, in whatever spelling.
 */
export interface KeyRefusal {
  code: 'person_exists' | 'person_disabled'
  /** One sentence for the admin who wants the key. */
  text: string
}

/** The person with this address, made now when nobody has it, and a reviewer from now on. Never renamed by a key. */
export async function holderOf(
  trx: Executor,
  { name, email }: { name: string; email: string },
  now: number,
): Promise<PersonRow | { refused: KeyRefusal }> {
  const address = email.toLowerCase()
  await lockPeople(trx)
  if (await isOfDisabled(trx, [address])) return { refused: DISABLED }
  const made = newPerson(name, { email: address, roles: ['reviewer'] }, now)
  if (await insertPerson(trx, made)) {
    await joinAddressed(trx, made, now)
    return made
  }
  const known = await findPersonByEmail(trx, address)
  if (!known) throw new Error('a person whose address is taken was not found')
  const person = await findPerson(trx, known)
  if (person.name !== name) return { refused: existing(person) }
  if (!person.roles.has('reviewer')) {
    await updatePersons(trx, [known.id], { roles: JSON.stringify([...JSON.parse(known.roles), 'reviewer']) })
  }
  return known
}

const DISABLED: KeyRefusal = {
  code: 'person_disabled',
  text: 'The person with this e-mail address is disabled: enable them first',
}

function existing({ name }: Person): KeyRefusal {
  const text = `This e-mail address belongs to "${name}": give that name, or change the name of the person first`
  return { code: 'person_exists', text }
}
