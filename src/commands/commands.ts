// What does `/governance …` answer? Text in, a view out; a platform only renders it.

import type { Actor } from '../approvals/desk.ts'

export interface Asker extends Actor {
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
