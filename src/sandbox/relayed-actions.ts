// Serves what people do on the page in Slack and in Teams, and answers with how the product answered.

import express, { type Router } from 'express'
import { json, type Sent, words } from './sent.ts'
import { NotOnTheCard, type SlackStandIn } from './slack-stand-in.ts'
import { isObject } from './teams/messages.ts'
import type { TeamsStandIn } from './teams-stand-in.ts'
import type { Shows } from './tour.ts'

export interface RelayedActionsOptions {
  slack: SlackStandIn
  teams: TeamsStandIn
  shows: Shows
}

/** How the product answered a stand-in. */
interface Answer {
  status: number
  body: unknown
  tookMs: number
}

const GONE = 'This button is no longer on the card, which changed before your click arrived'
const NOT_HERE = 'There is no such person or channel here'

export function relayedActions({ slack, teams, shows }: RelayedActionsOptions): Router {
  const router = express.Router()

  /** Whatever the answer was: the page shows it. */
  function relayed(
    path: string,
    impossible: string,
    act: (sent: Sent, body: Record<string, unknown>) => Promise<Answer>,
  ): void {
    router.post(path, ...json, async (req, res) => {
      try {
        const { status, body, tookMs } = await act(words(req.body), req.body ?? {})
        res.json({ status, body, took_ms: tookMs })
      } catch (error) {
        if (!(error instanceof NotOnTheCard)) throw error
        res.status(409).json({ detail: impossible })
      }
    })
  }

  /** The tour may have begun again while somebody pressed. */
  function demandShown(place: 'slack' | 'teams', id: string): void {
    if (!shows(place, id)) throw new NotOnTheCard(`message ${id} is of an earlier tour`)
  }

  relayed('/slack-click', GONE, async ({ channel = '', ts = '', action_id = '', block_id, user_id = '' }) => {
    demandShown('slack', ts)
    const blockId = block_id === undefined ? {} : { blockId: block_id }
    return slack.click({ channel, ts, actionId: action_id, ...blockId, userId: user_id })
  })
  relayed('/slack-command', NOT_HERE, ({ channel = '', text = '', user_id = '' }) =>
    slack.command({ channel, text, userId: user_id }),
  )
  relayed('/teams-click', GONE, async (sent, { inputs }) => {
    const {
      conversation_id: conversationId = '',
      message_id: activityId = '',
      title = '',
      verb = '',
      user_id = '',
    } = sent
    demandShown('teams', activityId)
    return teams.click({
      ...{ conversationId, activityId, title, verb, userId: user_id },
      how: 'execute',
      inputs: words(isObject(inputs) ? inputs : {}),
    })
  })
  relayed('/teams-message', NOT_HERE, ({ conversation_id = '', text = '', user_id = '' }) =>
    teams.say({ conversationId: conversation_id, text, userId: user_id }),
  )
  return router
}
