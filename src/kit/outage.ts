// Declares the error for a database that cannot be used at the moment: whoever tries again later may succeed.

const SENTENCES = {
  database_busy: 'Another process has locked the database; try again in a few seconds',
  storage_full: 'The disk of the database is full or broken; try again once an admin has seen to it',
  not_ready: 'The database does not answer; try again in a few seconds',
} as const

export type OutageCode = keyof typeof SENTENCES

export const OUTAGE_CODES = Object.keys(SENTENCES) as OutageCode[]

/** Its message is a sentence for whoever asked; `cause` is what the database said. */
export class Outage extends Error {
  readonly code: OutageCode
  constructor(code: OutageCode, cause: unknown) {
    super(SENTENCES[code], { cause })
    this.code = code
  }
}
