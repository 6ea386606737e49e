// What can a person do on the page? Press a button, type a command, let the sample agent ask, copy a key.

import express, { type RequestHandler, type Router } from 'express'
import type { SampleAgent } from './sample-agent.ts'
import { isSampleKind } from './sample-requests.ts'
import { NotOnTheCard, type SlackStandIn } from './slack-stand-in.ts'

const SHORTEST_SECONDS = 10
const LONGEST_SECONDS = 7 * 24 * 3600

export function pageActions(
  slack: SlackStandIn,
  agent: SampleAgent,
  reviewerKey: () => string | undefined,
  guard: RequestHandler,
): Router {
  const router = express.Router()
  const json = express.json({ limit: '64kb' })

  /** Answers with how the product answered, whatever that was: the page shows it. */
  const relay =
    (act: (body: Record<string, unknown>) => ReturnType<SlackStandIn['click']>): RequestHandler =>
    async (req, res) => {
      try {
        const { status, body, tookMs } = await act(req.body)
        res.json({ status, body, took_ms: tookMs })
      } catch (error) {
        if (!(error instanceof NotOnTheCard)) throw error
        res
          .status(409)
          .json({ detail: 'This button is no longer on the card, which changed before your click arrived' })
      }
    }

  router.post(
    '/click',
    guard,
    json,
    relay(({ channel, ts, action_id, block_id, user_id }) =>
      slack.click({
        channel: String(channel),
        ts: String(ts),
        actionId: String(action_id),
        ...(block_id === undefined ? {} : { blockId: String(block_id) }),
        userId: String(user_id),
      }),
    ),
  )

  router.post(
    '/command',
    guard,
    json,
    relay(({ channel, text, user_id }) =>
      slack.command({ channel: String(channel), text: String(text), userId: String(user_id) }),
    ),
  )

  router.post('/ask', guard, json, (req, res) => {
    const { kind, expires_in_seconds: seconds } = req.body
    const valid = Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS
    if (!isSampleKind(kind) || !valid) {
      res.status(400).json({ detail: 'Send {kind: refund, email or sql, expires_in_seconds: 10 or more}' })
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
