// Answers a press in Teams, to who pressed alone: with a card, with words or with what went wrong.

import type { TurnContext } from 'botbuilder'
import type { AdaptiveCard } from './cards.ts'

/** https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format */
export interface InvokeAnswer {
  statusCode: number
  type: string
  value: unknown
}

/** In the place of the card that was pressed. */
export function card(value: AdaptiveCard): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value }
}

export function words(text: string): InvokeAnswer {
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: text }
}

export function failure(statusCode: number, code: string, message: string): InvokeAnswer {
  return { statusCode, type: 'application/vnd.microsoft.error', value: { code, message } }
}

/** Teams reads the status inside; any other than 200 outside it takes for a bot that is broken. */
export async function answer(context: TurnContext, body: InvokeAnswer): Promise<void> {
  await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } })
}
