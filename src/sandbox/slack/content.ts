// Reads what a call to Slack wants to say, and refuses what Slack would not take.

import { blockProblems } from './block-limits.ts'
import { type Content, isObject, type JsonObject } from './messages.ts'

export interface SlackRefusal extends JsonObject {
  ok: false
  error: string
}

export function refusal(error: string, problems: string[] = []): SlackRefusal {
  if (problems.length === 0) return { ok: false, error }
  const messages = problems.map((problem) => `[ERROR] ${problem}`)
  return { ok: false, error, errors: problems, response_metadata: { messages } }
}

/** What was said; what was left unsaid is absent, since an update treats the two differently. */
export type Said = Partial<Content>

const MOST_TEXT = 40_000
// Undocumented: messages near this size are refused with `msg_blocks_too_long`.
const MOST_LAYOUT = 13_000

/** Reads text, blocks and attachments as Slack does: the latter two also as JSON in a string. */
export function readContent(args: JsonObject): { said: Said } | { refused: SlackRefusal } {
  const refused = (error: string, problems?: string[]) => ({ refused: refusal(error, problems) })
  const said: Said = {}
  if (args.text !== undefined) said.text = String(args.text)
  if ((said.text?.length ?? 0) > MOST_TEXT) return refused('msg_too_long')

  const blockIds = new Set<string>()
  if (args.blocks !== undefined) {
    const blocks = listOf(args.blocks)
    if (!blocks) return refused('invalid_blocks_format')
    const problems = blockProblems(blocks, '/blocks', blockIds)
    if (problems.length > 0) return refused('invalid_blocks', problems)
    said.blocks = blocks
  }
  if (args.attachments !== undefined) {
    const attachments = listOf(args.attachments)
    if (!attachments?.every(isObject)) return refused('invalid_attachments')
    if (attachments.length > 100) return refused('too_many_attachments')
    const problems = attachments.flatMap(({ blocks }, index) =>
      blocks === undefined ? [] : blockProblems(blocks, `/attachments/${index}/blocks`, blockIds),
    )
    if (problems.length > 0) return refused('invalid_attachments', problems)
    said.attachments = attachments
  }
  const layout = [said.blocks, said.attachments].filter((part) => part !== undefined)
  if (JSON.stringify(layout).length > MOST_LAYOUT) return refused('msg_blocks_too_long')
  return { said }
}

export function saysNothing(said: Said): boolean {
  return !said.text?.trim() && !said.blocks?.length && !said.attachments?.length
}

export function listOf(value: unknown): JsonObject[] | undefined {
  const list = typeof value === 'string' ? parseJson(value) : value
  return Array.isArray(list) ? list : undefined
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
