// Serves what people do on the page in Slack and in Teams, and answers with how the product answered.

import express, { type Router } from 'express'
import { json, type Sent, words } from './sent.ts'
import { NotInTheModal } from './slack/modal-actions.ts'
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

/** Before the name of a field among what is sent. */
const FIELD = 'value:'
const GONE = 'This button is no longer on the card, which changed before your click arrived'
const CLOSED = 'This window was closed before your press arrived'
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
        if (!(error instanceof NotOnTheCard || error instanceof NotInTheModal)) throw error
        res.status(409).json({ detail: impossible })
      }
    })
  }

  /** The tour may have begun again while somebody pressed. */
  function demandShown(place: 'slack' | 'teams', id: string): void {
    if (!shows(place, id)) throw new NotOnTheCard(`message ${id} is of an earlier tour`)
  }

  relayed('/slack-click', GONE, async (sent) => {
    const { channel = '', ts = '', action_id: actionId = '', block_id: blockId, option, user_id = '' } = sent
    demandShown('slack', ts)
    const more = { ...(blockId !== undefined && { blockId }), ...(option !== undefined && { option }) }
    return slack.click({ channel, ts, actionId, userId: user_id, ...more })
  })
  relayed('/slack-modal-press', CLOSED, ({ view_id = '', action_id = '', user_id = '' }) =>
    slack.pressInModal({ viewId: view_id, actionId: action_id, userId: user_id }),
  )
  relayed('/slack-modal-submit', CLOSED, ({ view_id = '', user_id = '', ...sent }) =>
    slack.submit({ viewId: view_id, userId: user_id, values: fieldsIn(sent) }),
  )
  relayed('/slack-modal-close', CLOSED, ({ view_id = '', user_id = '' }) =>
    slack.closeModal({ viewId: view_id, userId: user_id }),
  )
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

/** What stands in each field of a modal, by its block. */
function fieldsIn(sent: Sent): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, text]) =>
      name.startsWith(FIELD) ? [[name.slice(FIELD.length), text]] : [],
    ),
  )
}
