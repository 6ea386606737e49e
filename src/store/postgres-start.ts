// Says in a sentence why PostgreSQL does not take us at the start, by the code of its answer.

import { causeCodeOf } from '../kit/cause.ts'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SAYS: Record<string, string> = {
  '28P01': 'PostgreSQL refuses the password, or does not know the user',
  '28000': 'PostgreSQL does not let this user in from here',
  '3D000': 'PostgreSQL has no such database; create it first',
  '53300': 'PostgreSQL has no connection to spare',
}

/** Begins with the name of the variable to look at; ends with PostgreSQL's own words, which hold no password. */
export function startSentence(error: unknown): string {
  const { code = '', message } = error as { code?: string; message: string }
  if (SAYS[code]) return `DATABASE_URL: ${SAYS[code]} (${message})`
  // The client's own words for it are about the protocol.
  if (message.startsWith('SASL:') && message.includes('password must be')) {
    return 'DATABASE_URL: PostgreSQL asks for a password, and there is none'
  }
  const cause = causeCodeOf(error)
  if (cause === 'ENOENT') return `DATABASE_URL: a file that it names cannot be read (${message})`
  if (cause && /CERT|SIGNATURE/.test(cause)) {
    return `DATABASE_URL: the certificate of PostgreSQL is not trusted (${cause}); sslrootcert names the file of its authority`
  }
  return `DATABASE_URL: PostgreSQL does not answer there (${cause ?? message})`
}
