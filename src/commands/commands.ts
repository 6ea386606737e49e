// Declares what `/governance …` answers: text in, a view out, which a platform only renders.

import type { Principal } from '../identity/principal.ts'

export interface Asker {
  by: Principal
  /** The destinations that live in the conversation where it was asked. */
  destinationIds: string[]
  /** Whether arguments and the prose of agents may stand there. */
  details: boolean
}

/** Every string in it may hold an agent's text and is shown literally. */
export interface Reply {
  title: string
  facts: { label: string; value: string }[]
  lines: string[]
  /** A payload to show in full, preformatted, where there is one. */
  payload?: string
  link?: { label: string; url: string }
}

export interface Commands {
  answer(text: string, asker: Asker): Promise<Reply>
}
