// Says what the person who pressed a button in Teams sees of the bot's answer.

import { cardProblem } from './activity-rules.ts'
import { isObject, type JsonObject } from './messages.ts'
import type { BotAnswer } from './post-activity.ts'

/** Either is seen by the one who pressed, and by nobody else. */
export type Shown = { card: JsonObject } | { text: string }

const UNREACHABLE: Shown = { text: 'Unable to reach app. Please try again.' }
const WRONG: Shown = { text: 'Something went wrong. Please try again.' }

/**
 * An answer counts only as HTTP 200 with `{statusCode, type, value}`; errors are told inside of it.
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
 */
export function shownAnswer({ status, body }: BotAnswer): Shown {
  if (status === 0) return UNREACHABLE
  if (status !== 200 || !isObject(body) || typeof body.statusCode !== 'number') return WRONG
  const { type, value } = body
  switch (type) {
    case 'application/vnd.microsoft.card.adaptive':
      return isObject(value) && !cardProblem(value) ? { card: value } : WRONG
    case 'application/vnd.microsoft.activity.message':
      return typeof value === 'string' ? { text: value } : WRONG
    case 'application/vnd.microsoft.error':
      return isObject(value) && typeof value.message === 'string' ? { text: value.message } : WRONG
    default:
      return WRONG
  }
}
