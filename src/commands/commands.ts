// Declares what `/governance …` answers: text in, a view out, which a platform only renders.

import type { StandingScope } from '../approvals/standing.ts'
import type { Principal } from '../identity/principal.ts'

export interface Asker {
  by: Principal
  /** The destinations that live in the conversation where it was asked. */
  destinationIds: string[]
  /**
   * What `status` and `pending` tell of: all destinations of the workspace or tenant, also those that are off; where
   * others read the answer too, those of the conversation alone.
   */
  scope: StandingScope
  /** Whether arguments and the prose of agents may stand there; where the answer is the asker's alone, they may. */
  details: boolean
}

/** Every string in it may hold an agent's text and is shown literally. */
export interface Reply {
  /** What is to be said before all else. */
  note?: string
  title: string
  facts: { label: string; value: string }[]
  lines: string[]
  /** What an agent wrote, line by line: under its label and set apart, for it may look like anything. */
  quote?: { label: string; text: string }
  /** A payload to show in full, preformatted, where there is one. */
  payload?: string
  link?: { label: string; url: string }
}

export interface Commands {
  answer(text: string, asker: Asker): Promise<Reply>
}
