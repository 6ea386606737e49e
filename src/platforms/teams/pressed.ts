// Reads what a press in Teams sends: which button it was, about what, and the note beside it.

import { z } from 'zod'
import { text } from './activity.ts'
import { MOST_NOTE } from './card-buttons.ts'

const MOST_PAGES = 100_000

/** What a client cut at its limit may end in half a character. */
const note = text
  .nullish()
  .transform((written) => written?.toWellFormed().trim() || undefined)
  .pipe(z.string().max(MOST_NOTE).optional())

const PRESSED = z.discriminatedUnion('action', [
  z.looseObject({ action: z.enum(['approve', 'deny']), approval_id: z.string(), note }),
  z.looseObject({
    action: z.literal('details'),
    approval_id: z.string(),
    page: z.int().min(1).max(MOST_PAGES),
  }),
  /** From the details to the card that everybody sees. */
  z.looseObject({ action: z.literal('back'), approval_id: z.string() }),
  z.looseObject({ action: z.literal('acknowledge'), event_id: z.string() }),
])
export type Pressed = z.infer<typeof PRESSED>

const TOO_LONG = `Your note is too long: write at most ${MOST_NOTE.toLocaleString('en-US')} characters`

/** `wrong`: a sentence for who wrote too much. undefined: this is no button of ours. */
export function pressedIn(sent: unknown): { pressed: Pressed } | { wrong: string } | undefined {
  const { data: pressed, error } = PRESSED.safeParse(sent)
  if (pressed) return { pressed }
  const isTooLong = error.issues.some(({ code, path }) => code === 'too_big' && path[0] === 'note')
  return isTooLong ? { wrong: TOO_LONG } : undefined
}
