// Writes into a modal from which card it was opened, and reads it back as text that anybody may have written.

import { z } from 'zod'
import { isId } from '../../kit/ids.ts'

/** What a press on a card says by itself, and one in a modal has from there. */
export interface CardRef {
  approvalId: string
  channelId: string
  ts: string
  /** Of a card that was posted by webhook. */
  destinationId?: string | undefined
}

const CARD = z.strictObject({
  approvalId: z.string().refine((text) => isId(text, 'apr')),
  channelId: z.string().regex(/^[A-Za-z0-9]{1,50}$/),
  ts: z.string().regex(/^\d{1,12}\.\d{1,12}$/),
  destinationId: z
    .string()
    .refine((text) => isId(text, 'dst'))
    .optional(),
})
const NOTE = CARD.extend({ verdict: z.enum(['approve', 'deny']) })

/** Which card, and what is to be said of it. */
export type NoteRef = z.infer<typeof NOTE>

/** For `private_metadata`, at most 3,000 characters. */
export function written(ref: CardRef | NoteRef): string {
  return JSON.stringify(ref)
}

/** undefined: nothing that we wrote. */
export function cardRefIn(metadata: string): CardRef | undefined {
  return CARD.safeParse(parsed(metadata)).data
}

export function noteRefIn(metadata: string): NoteRef | undefined {
  return NOTE.safeParse(parsed(metadata)).data
}

function parsed(metadata: string): unknown {
  try {
    return JSON.parse(metadata)
  } catch {
    return undefined
  }
}
