// Lists people and disables one, beside the server, straight in its database.

import { loadConfig } from '../config/config.ts'
import { createPeople, type People } from '../identity/people.ts'
import { systemClock } from '../kit/clock.ts'
import { createLog } from '../kit/log.ts'
import { StartError } from '../kit/start-error.ts'
import { openDatabase } from '../store/open-database.ts'
import { oneLine } from './one-line.ts'

const PAGE = 200

/** Prints one person a line: id, name, addresses, roles and whether they are disabled, separated by tabs. */
export function listPeople(): Promise<void> {
  return withPeople(async (people) => {
    let after: string | undefined
    do {
      const page = await people.list(after, PAGE)
      for (const { id, name, emails, roles, isDisabled } of page.people) {
        const standing = isDisabled ? 'disabled' : [...roles].join(',')
        console.log([id, name, emails.join(','), standing].map(oneLine).join('\t'))
      }
      after = page.next
    } while (after !== undefined)
  })
}

/** Throws a StartError when nobody is known by the address. */
export function disablePerson(email: string): Promise<void> {
  return withPeople(async (people) => {
    const disabled = await people.disableByEmail(email, 'command line')
    if (disabled.length === 0) throw new StartError(`Nobody is known by the address ${email}.`)
    for (const { id, name } of disabled) console.log(`disabled\t${id}\t${oneLine(name)}`)
  })
}

async function withPeople(work: (people: People) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env)
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  try {
    await work(createPeople({ db, clock: systemClock }))
  } finally {
    await db.close()
  }
}
