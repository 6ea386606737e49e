// Tells an outage of the database from every other error, by what SQLite and PostgreSQL say.

import { Outage, type OutageCode } from '../kit/outage.ts'

/** https://www.sqlite.org/rescode.html and https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OUTAGES: [OutageCode, RegExp][] = [
  // PostgreSQL: a lock was not had in time; the transaction lost against another.
  ['database_busy', /^SQLITE_(BUSY|LOCKED|PROTOCOL)|^(55P03|40001|40P01)$/],
  ['storage_full', /^SQLITE_(FULL|IOERR)|^ENOSPC$|^(53100|58030)$/],
  // PostgreSQL: the connection is broken or refused; too many have one; it shuts down, starts, or takes only reads.
  ['not_ready', /^SQLITE_CANTOPEN|^(08...|53...|57P0.|25P03|25006)$/],
]

/** A system's error code, such as ECONNREFUSED, or what Node.js says of a stream. Its other ERR_ codes are mistakes of ours. */
const OF_A_SOCKET = /^E(?!RR_)[A-Z_]+$|^ERR_(STREAM|SOCKET|SSL|TLS)_/
/** What the package `pg` itself says of a connection has no code. */
const OF_A_CONNECTION = /^(Connection terminated|Client (was closed|has encountered)|timeout)/

/** The Outage that it is, or the error itself. */
export function asOutage(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Outage) return error
  const { code, message } = error as Error & { code?: unknown }
  if (typeof code !== 'string') return OF_A_CONNECTION.test(message) ? new Outage('not_ready', error) : error
  const [known] = OUTAGES.find(([, codes]) => codes.test(code)) ?? []
  if (known) return new Outage(known, error)
  return OF_A_SOCKET.test(code) ? new Outage('not_ready', error) : error
}

/** Without a connection nothing can be asked, whatever the reason. */
export function asNoConnection(error: unknown): Outage {
  const outage = asOutage(error)
  return outage instanceof Outage ? outage : new Outage('not_ready', error)
}
