// Reads what somebody typed as a question, however it was typed.

import { isId } from '../kit/ids.ts'

export type Question =
  | { verb: 'status' | 'pending' | 'help' }
  /** The ids that it names, each once. */
  | { verb: 'show'; ids: string[] }
  | { verb: 'unknown'; word: string }

/** No question is longer. */
const MOST_READ = 4_000
/** Beside white space what no reader sees and copying brings along. */
const BLANKS = /[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]+/u
/** Punctuation and markup around a word. An emoji is itself a word. */
const AROUND = /^[\p{P}\p{Sm}\p{Sk}\p{Sc}]+|[\p{P}\p{Sm}\p{Sk}\p{Sc}]+$/gu
/** A link as Slack writes it: its label is not the person's words. */
const LABELLED_LINK = /<(https?:\/\/[^|>]*)\|[^>]*>/gi
/** A mention as Teams writes it, and as people and Slack do. */
const TAGGED_MENTION = /<at\b[^<>]*>[^<>]*<\/at>/gi
const MENTION = /^<?@/
const ID = /apr_[a-z0-9]+/g

/** One word that is not understood makes all of it unknown: nothing is guessed. */
export function readQuestion(text: string): Question {
  const [verb = 'help', ...rest] = wordsIn(text.slice(0, MOST_READ))
  const asked = verb.toLowerCase()
  if (asked === 'show') return show(rest)
  if (asked !== 'status' && asked !== 'pending' && asked !== 'help') return { verb: 'unknown', word: verb }
  return rest[0] === undefined ? { verb: asked } : { verb: 'unknown', word: rest[0] }
}

/** Whatever stands around an id does not count. */
function show(words: string[]): Question {
  const named = words.flatMap((word) => word.toLowerCase().match(ID) ?? [])
  const ids = [...new Set(named)].filter((id) => isId(id, 'apr'))
  if (ids.length > 0 || words.length === 1) return { verb: 'show', ids }
  return words[0] === undefined ? { verb: 'help' } : { verb: 'unknown', word: words[0] }
}

/** Without what only calls the bot. */
function wordsIn(text: string): string[] {
  const words = text
    .replace(TAGGED_MENTION, ' ')
    .replace(LABELLED_LINK, ' $1 ')
    .split(BLANKS)
    .filter((word) => !MENTION.test(word))
    .map((word) => word.replace(AROUND, ''))
    .filter((word) => word !== '')
  return words[0]?.toLowerCase() === 'governance' ? words.slice(1) : words
}
