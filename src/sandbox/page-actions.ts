// Serves the page's own actions: let the agent ask or try more, hear in one more channel, begin again, copy a key.

import express, { type Router } from 'express'
import type { SampleAgent } from './sample-agent.ts'
import { isSampleKind } from './sample-requests.ts'
import { json, type Sent, words } from './sent.ts'
import { type Channel, findChannel, REVIEWER } from './slack/workspace.ts'

export interface PageActionsOptions {
  agent: SampleAgent
  /** Lets the product post to this channel of Slack too. */
  hearIn: (channel: Channel) => Promise<void>
  beginAgain: () => Promise<void>
  reviewerKey: () => string | undefined
}

const SHORTEST_SECONDS = 10
const LONGEST_SECONDS = 7 * 24 * 3600

export function pageActions({ agent, hearIn, beginAgain, reviewerKey }: PageActionsOptions): Router {
  const router = express.Router()

  /** Answers with what went wrong where the product did not do it. */
  function carriedOut(path: string, act: (sent: Sent) => Promise<void>): void {
    router.post(path, ...json, async (req, res) => {
      try {
        await act(words(req.body))
        res.json({})
      } catch (error) {
        res.status(502).json({ detail: error instanceof Error ? error.message : String(error) })
      }
    })
  }

  router.post('/ask', ...json, (req, res) => {
    const { kind, expires_in_seconds: seconds } = req.body ?? {}
    const valid = Number.isInteger(seconds) && seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS
    if (isSampleKind(kind) && valid) res.status(202).json(agent.ask(kind, seconds))
    else {
      const detail = 'Send {kind: refund, email, sql, payout or violation, expires_in_seconds: 10 or more}'
      res.status(400).json({ detail })
    }
  })
  carriedOut('/attempt', async ({ run_id: runId = '', what }) => {
    if (what !== 'change' && what !== 'twice') throw new Error('Send {run_id, what: change or twice}')
    await agent.attempt(runId, what)
  })
  carriedOut('/hear-in', async ({ channel }) => {
    const found = findChannel(channel)
    if (!found) throw new Error('There is no such channel here')
    await hearIn(found)
  })
  carriedOut('/begin-again', beginAgain)

  // Asked for when somebody wants it, so that it is not in what every open page is sent all the time.
  router.post('/reviewer-key', ...json, (req, res) => {
    const key = reviewerKey()
    if (words(req.body).user_id !== REVIEWER.id) {
      res.status(403).json({ detail: 'A key is given only to the reviewer whose key it is' })
    } else if (key) res.json({ key })
    else res.status(409).json({ detail: 'The sandbox has no key yet: it is still setting itself up' })
  })

  return router
}
