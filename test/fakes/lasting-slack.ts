// Starts a stand-in for Slack that outlives killed servers, is slow, and knows who posted what.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import express, { type RequestHandler } from 'express'
import { systemClock } from '../../src/kit/clock.ts'
import { createSlackStandIn, type SlackStandIn } from '../../src/sandbox/slack-stand-in.ts'
import { SIGNING_SECRET } from './slack-server.ts'

const STAND_IN_TOKEN = 'xoxb-stand-in'
export const CHANNELS = ['C0APPROVALS', 'C0SECURITY']

/** A card that stands in Slack since one of our processes posted it. */
export interface Post {
  /** The process, counted from its start. */
  process: number
  /** Which destination's bot it was. */
  token: string
  handle: string
  at: number
  /** When the answer left for the process; whether that still lived to write it down is another question. */
  answeredAt: number | undefined
}

export interface Latency {
  /** Longest times in which a request is under way, and in which its answer is. */
  beforeMs: number
  afterMs: number
}

export interface LastingSlack {
  slack: SlackStandIn
  /** In the order in which they appeared. */
  posts: Post[]
  latency: Latency
  /** Posts of a process that it has sent and whose answer it does not have yet. */
  underWay(process: number): number
  /** SLACK_API_URL of one process: so its calls are told from those of the others, also late ones. */
  apiUrlFor(process: number): string
  /** Calls of one method wait until the returned function is called; `reached` counts those that do. */
  hold(method: string): { release(): void; reached(): number }
  close(): Promise<void>
}

/** `productUrl` is asked at each click. Any bot token is taken, so that destinations can have their own. */
export async function startLastingSlack(productUrl: () => string): Promise<LastingSlack> {
  const app = express()
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const slack = createSlackStandIn({
    signingSecret: SIGNING_SECRET,
    botToken: STAND_IN_TOKEN,
    productUrl,
    selfUrl: () => url,
    clock: systemClock,
  })
  const posts: Post[] = []
  const latency: Latency = { beforeMs: 15, afterMs: 40 }
  const open = new Set<{ process: number }>()
  const holds = new Map<string, { released: Promise<void>; reached: number }>()

  const watch: RequestHandler<{ process: string; method: string }> = async (req, res, next) => {
    const { process, method } = req.params
    const token = (req.get('authorization') ?? '').replace('Bearer ', '')
    req.headers.authorization = `Bearer ${STAND_IN_TOKEN}`
    if (method === 'chat.postMessage') {
      const call = { process: Number(process) }
      open.add(call)
      res.once('close', () => open.delete(call))
    }
    await delay(Math.random() * latency.beforeMs)
    const hold = holds.get(method)
    if (hold) {
      hold.reached += 1
      await hold.released
    }
    const answer = res.json.bind(res)
    res.json = (body: { ok?: boolean; channel?: string; ts?: string }) => {
      // Slack has done it by now; the process may die before it hears so.
      const isPost = method === 'chat.postMessage' && body.ok
      const handle = `${body.channel}/${body.ts}`
      const post = {
        process: Number(process),
        token,
        handle,
        at: Date.now(),
        answeredAt: undefined as number | undefined,
      }
      if (isPost) posts.push(post)
      res.once('finish', () => {
        post.answeredAt = Date.now()
      })
      void delay(Math.random() * latency.afterMs).then(() => answer(body))
      return res
    }
    next()
  }
  // Read before any delay: what a process sent before it died still has its effect.
  app.use('/of/:process', express.urlencoded({ extended: false, limit: '1mb' }))
  app.post('/of/:process/api/:method', watch)
  app.use('/of/:process', slack.router)
  app.use(slack.router)

  return {
    slack,
    posts,
    latency,
    underWay: (process) => [...open].filter((call) => call.process === process).length,
    apiUrlFor: (process) => `${url}/of/${process}/api/`,
    hold(method) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const hold = { released: promise, reached: 0 }
      holds.set(method, hold)
      return {
        release() {
          holds.delete(method)
          resolve()
        },
        reached: () => hold.reached,
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
