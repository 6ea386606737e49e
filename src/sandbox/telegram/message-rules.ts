// Checks a message against Telegram's documented limits, and says what people see of it.

import type { Answer } from '../faults.ts'
import { foundIn } from './found-links.ts'
import { type Entity, type Formatted, HtmlError, readHtml } from './html.ts'

export type JsonObject = Record<string, unknown>

export interface Button {
  text: string
  url: string
}

export interface Content {
  text: string
  /** What is set on the text, and what Telegram itself found in it. */
  entities: Entity[]
  /** Rows of them, below the text. */
  buttons: Button[][]
  /** Whether the first address in it unfolds. */
  hasPreview: boolean
}

const MAX_TEXT = 4096

export function readMessage(args: JsonObject): { content: Content } | { refused: Answer } {
  const said = typeof args.text === 'string' ? args.text : ''
  let formatted: Formatted = { text: said.trim(), entities: [] }
  if (args.parse_mode === 'HTML') {
    try {
      formatted = readHtml(said)
    } catch (error) {
      if (!(error instanceof HtmlError)) throw error
      return { refused: badRequest(`can't parse entities: ${error.message}`) }
    }
  }
  const { text, entities } = formatted
  if (!text.isWellFormed()) return { refused: badRequest('strings must be encoded in UTF-8') }
  if (text === '') return { refused: badRequest('message text is empty') }
  // In UTF-16 units, the strictest reading of "characters".
  if (text.length > MAX_TEXT) return { refused: badRequest('message is too long') }

  const buttons = buttonsOf(args.reply_markup)
  if ('refused' in buttons) return buttons
  const found = foundIn(formatted)
  const { is_disabled } = isObject(args.link_preview_options) ? args.link_preview_options : {}
  const hasPreview = is_disabled !== true && found.some(({ type }) => type === 'url')
  return { content: { text, entities: [...entities, ...found], buttons: buttons.rows, hasPreview } }
}

function buttonsOf(markup: unknown): { rows: Button[][] } | { refused: Answer } {
  if (markup === undefined) return { rows: [] }
  const rows = isObject(markup) ? markup.inline_keyboard : undefined
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) {
    return { refused: badRequest("can't parse inline keyboard: it must be an array of arrays") }
  }
  for (const button of rows.flat()) {
    const problem = buttonProblem(button)
    if (problem !== undefined) return { refused: badRequest(problem) }
  }
  return { rows: rows.map((row: Button[]) => row.map(({ text, url }) => ({ text, url }))) }
}

/** The addresses as TDLib judges them, in `LinkManager::check_link`. */
function buttonProblem(button: unknown): string | undefined {
  const { text, url } = isObject(button) ? button : {}
  if (typeof text !== 'string' || text === '') return "can't parse inline keyboard button: text is empty"
  if (typeof url !== 'string') return 'text buttons are unallowed in the inline keyboard'
  const parsed = URL.parse(url)
  const wrong = (why: string) => `inline keyboard button URL '${url}' is invalid: ${why}`
  if (parsed && !/^(https?|tg|ton):$/.test(parsed.protocol)) return wrong('Unsupported URL protocol')
  if (!parsed || !/[.:]/.test(parsed.hostname)) return wrong('Wrong HTTP URL')
}

/** A refusal in Telegram's shape. */
export function refused(status: number, description: string, parameters?: JsonObject): Answer {
  return {
    status,
    body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
  }
}

export function badRequest(why: string, parameters?: JsonObject): Answer {
  return refused(400, `Bad Request: ${why}`, parameters)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
