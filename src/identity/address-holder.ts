// Finds or makes the person who has an e-mail address, for an admin who names somebody by it.

import type { PersonRow } from '../../db/schema.ts'
import type { Executor } from '../store/database.ts'
import { findPersonByEmail, insertPerson, lockPeople } from '../store/persons.ts'
import { isOfDisabled } from './accounts.ts'
import { joinAddressed } from './joining.ts'
import { findPerson, newPerson, type Person } from './persons.ts'

/**
 * `person_exists`: somebody has the address under another name; `person_disabled`: an admin has disabled whoever has
 * it, in whatever spelling; `person_unknown`: nobody has it, and no name was given.
 */
export interface PersonRefusal {
  code: 'person_exists' | 'person_disabled' | 'person_unknown'
  /** One sentence for the admin. */
  text: string
}

/** Made now when nobody has the address; never renamed. `name`: may be left out where somebody has it. */
export async function addressHolder(
  trx: Executor,
  { name, email }: { name?: string | undefined; email: string },
  now: number,
): Promise<PersonRow | { refused: PersonRefusal }> {
  const address = email.toLowerCase()
  await lockPeople(trx)
  if (await isOfDisabled(trx, [address])) return { refused: DISABLED }
  const known = await findPersonByEmail(trx, address)
  if (known) {
    const person = await findPerson(trx, known)
    return name === undefined || person.name === name ? known : { refused: existing(person) }
  }
  if (name === undefined) return { refused: UNKNOWN }
  const made = newPerson(name, { email: address }, now)
  await insertPerson(trx, made)
  await joinAddressed(trx, made, now)
  return made
}

const DISABLED: PersonRefusal = {
  code: 'person_disabled',
  text: 'The person with this e-mail address is disabled: enable them first',
}

const UNKNOWN: PersonRefusal = {
  code: 'person_unknown',
  text: 'Nobody is known by this e-mail address: give a name too, and they are from now on',
}

function existing({ name }: Person): PersonRefusal {
  const text = `This e-mail address belongs to "${name}": give that name, or change the name of the person first`
  return { code: 'person_exists', text }
}
