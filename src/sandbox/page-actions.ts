// Serves the page's actions: press a button, write in Slack or Teams, let the sample agent ask, copy a key.

import express, { type RequestHandler, type Router } from 'express'
import type { SampleAgent } from './sample-agent.ts'
import { isSampleKind } from './sample-requests.ts'
import { NotOnTheCard, type SlackStandIn } from './slack-stand-in.ts'
import type { TeamsStandIn } from './teams-stand-in.ts'

export interface PageActionsOptions {
  slack: SlackStandIn
  teams: TeamsStandIn
  agent: SampleAgent
  reviewerKey: () => string | undefined
  guard: RequestHandler
}

/** What an action is sent with, all of it words. */
type Sent = Record<string, string>

/** How the product answered a stand-in. */
interface Answer {
  status: number
  body: unknown
  tookMs: number
}

const SHORTEST_SECONDS = 10
const LONGEST_SECONDS = 7 * 24 * 3600
const GONE = 'This button is no longer on the card, which changed before your click arrived'
const NOT_HERE = 'There is no such person or channel here'

export function pageActions({ slack, teams, agent, reviewerKey, guard }: PageActionsOptions): Router {
  const router = express.Router()
  const json = express.json({ limit: '64kb' })

  /** Answers with how the product answered, whatever that was: the page shows it. */
  function relayed(path: string, impossible: string, act: (sent: Sent) => Promise<Answer>): void {
    router.post(path, guard, json, async (req, res) => {
      try {
        const { status, body, tookMs } = await act(words(req.body))
        res.json({ status, body, took_ms: tookMs })
      } catch (error) {
        if (!(error instanceof NotOnTheCard)) throw error
        res.status(409).json({ detail: impossible })
      }
    })
  }

  relayed('/slack-click', GONE, ({ channel = '', ts = '', action_id = '', block_id, user_id = '' }) =>
    slack.click({
      channel,
      ts,
      actionId: action_id,
      ...(block_id !== undefined && { blockId: block_id }),
      userId: user_id,
    }),
  )
  relayed('/slack-command', NOT_HERE, ({ channel = '', text = '', user_id = '' }) =>
    slack.command({ channel, text, userId: user_id }),
  )
  relayed('/teams-click', GONE, ({ conversation_id = '', message_id = '', verb = '', user_id = '' }) =>
    teams.click({
      conversationId: conversation_id,
      activityId: message_id,
      verb,
      how: 'execute',
      userId: user_id,
    }),
  )
  relayed('/teams-message', NOT_HERE, ({ conversation_id = '', text = '', user_id = '' }) =>
    teams.say({ conversationId: conversation_id, text, userId: user_id }),
  )

  router.post('/ask', guard, json, (req, res) => {
    const { kind, expires_in_seconds: seconds } = req.body
    const valid = Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS
    if (!isSampleKind(kind) || !valid) {
      res
        .status(400)
        .json({ detail: 'Send {kind: refund, email, sql or violation, expires_in_seconds: 10 or more}' })
      return
    }
    res.status(202).json(agent.ask(kind, seconds))
  })

  // Asked for when somebody wants it, so that it is not in what every open page is sent all the time.
  router.post('/reviewer-key', guard, (_req, res) => {
    const key = reviewerKey()
    if (key) res.json({ key })
    else res.status(409).json({ detail: 'The sandbox has no key yet: it is still setting itself up' })
  })

  return router
}

function words(body: Record<string, unknown>): Sent {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
}
