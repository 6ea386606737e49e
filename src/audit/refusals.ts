// Keeps a trace of what is refused: a number each time and, folded by the minute, a log line and an audit row.

import { type Clock, isoTime } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'
import { logFailure } from '../kit/log-failure.ts'
import { oneAtATime } from '../kit/one-at-a-time.ts'
import type { Database } from '../store/database.ts'
import { type Entry, record } from './append.ts'

export interface Refused {
  /** A platform's name, or `api`. */
  surface: string
  /** One of our own codes. */
  reason: string
  /** Absent: nobody knows who it was, and the audit trail says nothing of them. */
  by?: RefusedCaller
  /** The id of the approval or alert that it was about, where it has one. */
  about: string | null
}

export interface RefusedCaller {
  /** Of the account or the API key. */
  id: string
  /** As an audit row names who acted. */
  trace: Record<string, string>
  /** Of an account, as its platform told it. */
  name: string | null
}

export interface Refusals {
  /** Returns at once: whatever is written is written afterwards, in transactions of its own. */
  note(refused: Refused): void
  /** Writes the counts of a minute that is over, and what could not be written before. */
  sweep(): Promise<void>
  /** Writes all that is left. */
  close(): Promise<void>
}

/** The same reason for the same caller about the same approval or alert, within one minute. */
interface Fold {
  refused: Refused
  since: number
  lastAt: number
  /** Beside the first, which is on record. */
  more: number
}

const MINUTE_MS = 60_000
/** So many of one surface are told apart in a minute; the others are counted together. */
const MAX_FOLDS = 500
/** So many of one caller are told apart by what they were about, so that one caller cannot use up all. */
const MAX_SUBJECTS = 20
const OTHERS: RefusedCaller = { id: 'others', trace: {}, name: null }
/** So few rows share a transaction: clicks go in between. */
const BATCH = 20
/** While the database takes none; the log has a line for each. */
const MAX_WAITING = 10_000

export interface RefusalOptions {
  db: Pick<Database, 'transact'>
  clock: Clock
  log: Logger
  /** Told of each. */
  onRefused(surface: string, reason: string): void
}

/**
 * The first of a minute is written at once, and how many followed when the minute is over: rows of the audit trail
 * never change, and a crash loses nothing but a count. What is written in a minute has a limit, however many come.
 */
export function createRefusals({ db, clock, log, onRefused }: RefusalOptions): Refusals {
  const rows = createRows(db, log)
  const folds = new Map<string, Fold>()
  /** How many of them are of a surface, and of a caller. */
  const opened = new Map<string, number>()
  let minute = minuteOf(clock.now())

  function tell({ refused, since, lastAt }: Omit<Fold, 'more'>, count: number): void {
    const { surface, reason, by, about } = refused
    const facts = { surface, reason, by: by?.trace ?? null, about, count, since: isoTime(since) }
    log.info(facts, 'refused')
    if (!by) return
    rows.add({ at: lastAt, action: 'attempt.refused', subject: by.id, facts, personal: { name: by.name } })
  }

  function endMinute(now: number): void {
    minute = minuteOf(now)
    for (const { refused, more, ...times } of folds.values()) {
      if (more > 0) tell({ refused, ...times }, more)
    }
    folds.clear()
    opened.clear()
  }

  function open(refused: Refused, now: number): void {
    for (const group of [refused.surface, callerOf(refused)]) opened.set(group, openIn(group) + 1)
    const fold = { refused, since: now, lastAt: now, more: 0 }
    folds.set(keyOf(refused), fold)
    tell(fold, 1)
    void rows.write()
  }

  const openIn = (group: string) => opened.get(group) ?? 0

  /** As it is counted: with whom and with what it was about, as far as there is room for that. */
  function withinLimits(given: Refused): Refused {
    // What strangers ask about may be anything.
    if (!given.by) return { ...given, about: null }
    if (folds.has(keyOf(given))) return given
    const isOneSubjectTooMany = openIn(callerOf(given)) >= MAX_SUBJECTS
    const refused = isOneSubjectTooMany ? { ...given, about: null } : given
    const isOneTooMany = !folds.has(keyOf(refused)) && openIn(given.surface) >= MAX_FOLDS
    return isOneTooMany ? { ...refused, by: OTHERS, about: null } : refused
  }

  return {
    note(given) {
      onRefused(given.surface, given.reason)
      const now = clock.now()
      if (minuteOf(now) !== minute) endMinute(now)
      const refused = withinLimits(given)
      const fold = folds.get(keyOf(refused))
      if (fold) Object.assign(fold, { more: fold.more + 1, lastAt: now })
      else open(refused, now)
    },
    async sweep() {
      const now = clock.now()
      if (minuteOf(now) !== minute) endMinute(now)
      await rows.write()
    },
    async close() {
      endMinute(clock.now())
      await rows.write()
    },
  }
}

/** Rows that wait for their transaction: those that fail are tried again at the next write. */
function createRows(db: RefusalOptions['db'], log: Logger) {
  const inTurn = oneAtATime()
  const waiting: Entry[] = []

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      await db.transact(async (trx) => {
        for (const entry of batch) await record(trx, entry)
      })
      waiting.splice(0, batch.length)
    }
  }

  return {
    add(entry: Entry): void {
      if (waiting.length < MAX_WAITING) waiting.push(entry)
    },
    /** Never throws. */
    write: () =>
      inTurn(writeAll).catch((error) =>
        logFailure(log, error, 'refusals are not on record yet', { waiting: waiting.length }),
      ),
  }
}

function minuteOf(now: number): number {
  return Math.floor(now / MINUTE_MS)
}

function callerOf({ surface, by }: Refused): string {
  return JSON.stringify([surface, by?.id])
}

function keyOf(refused: Refused): string {
  return JSON.stringify([callerOf(refused), refused.reason, refused.about])
}
