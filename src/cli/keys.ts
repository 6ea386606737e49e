// Makes an API key without one, and exchanges the key that signs receipts: beside the server, straight in its database.

import { newApiKey, wantedKey } from '../api/api-keys/schemas.ts'
import { loadConfig } from '../config/config.ts'
import { openSecretKey } from '../destinations/secret-key.ts'
import { createSigningKeys } from '../grants/signing-keys.ts'
import { createApiKeys } from '../identity/api-keys.ts'
import { systemClock } from '../kit/clock.ts'
import { createLog } from '../kit/log.ts'
import { StartError } from '../kit/start-error.ts'
import { openDatabase } from '../store/open-database.ts'

export interface KeyOptions {
  name: string
  role: string[]
  agentId?: string
  personName?: string
  personEmail?: string
}

/** As they are typed, for what the API calls by other names. */
const OPTIONS: Record<string, string> = { roles: '--role', person: '--person-name' }

function optionOf([first, ...rest]: PropertyKey[]): string {
  const name = [first, ...rest.filter((part) => typeof part === 'string')].join('-')
  return OPTIONS[name] ?? `--${name.replaceAll('_', '-')}`
}

/** Prints the key alone on standard output, so that a script can take it. Throws a StartError on a mistake. */
export async function createKey(options: KeyOptions): Promise<void> {
  const { name, role: roles, agentId: agent_id, personName, personEmail } = options
  const named = personName !== undefined || personEmail !== undefined
  if (named && (personName === undefined || personEmail === undefined)) {
    throw new StartError('--person-name and --person-email are given together, or neither is')
  }
  const wanted = newApiKey.safeParse({
    name,
    roles,
    agent_id,
    ...(named && { person: { name: personName, email: personEmail } }),
  })
  if (!wanted.success) {
    throw new StartError(
      wanted.error.issues.map(({ path, message }) => `${optionOf(path)}: ${message}`).join('\n'),
    )
  }
  const config = loadConfig(process.env)
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  try {
    const apiKeys = createApiKeys({ db, clock: systemClock, adminKey: undefined, limits: config.limits })
    const made = await apiKeys.create(wantedKey(wanted.data), 'command line')
    if ('refused' in made) throw new StartError(made.refused.text)
    console.log(made.key)
  } finally {
    await db.close()
  }
}

/** What was signed before stays readable. Throws a StartError when the secret key is not the one of the database. */
export async function rotateSigningKey(): Promise<void> {
  const config = loadConfig(process.env)
  const db = await openDatabase(config.databaseUrl, { as: 'tool', log: createLog('warn') })
  try {
    const secretKey = await openSecretKey(db, config)
    const { kid } = await createSigningKeys({ db, secretKey, clock: systemClock }).rotate()
    console.log(`Receipts are signed with the key ${kid} from now on; those before stay readable.`)
  } finally {
    await db.close()
  }
}
