// Starts what is to be killed: servers on one database as processes, their keys, and a Slack that outlives them.

import { randomInt } from 'node:crypto'
import { ADMIN_KEY } from '../fakes/countersign.ts'
import { CHANNELS, type LastingSlack, startLastingSlack } from '../fakes/lasting-slack.ts'
import {
  type Ended,
  keepablePort,
  type ServerProcess,
  SHORT_LEASE,
  startServer,
} from '../fakes/server-process.ts'
import { SIGNING_SECRET } from '../fakes/slack-server.ts'

const AGENTS = 2
const CALL_MS = 15_000

export interface Answer<T = Record<string, unknown>> {
  status: number
  body: T
}

export interface Call {
  key?: string
  body?: unknown
  headers?: Record<string, string>
  /** Which server; absent: the next one, dead or alive, as behind a load balancer that has not noticed yet. */
  server?: number
}

/** One place behind the load balancer: processes come and go, its port stays. */
interface Slot {
  port: number
  process: number
  running: ServerProcess
}

export interface World {
  databaseUrl: string
  slack: LastingSlack
  agentKeys: string[]
  reviewerKey: string
  destinations: string[]
  /** The processes that died of SIGKILL, by number. */
  killed: Set<number>
  /** undefined: no answer came, and nobody knows whether it counted. */
  call<T>(method: string, path: string, call?: Call): Promise<Answer<T> | undefined>
  /** Who is at that place now, by number. */
  processAt(server?: number): number
  kill(server?: number): Promise<Ended>
  terminate(server?: number): Promise<Ended & { tookMs: number }>
  /** A new process in that place; resolves when it serves, or at once when it shall be killed on its way. */
  launch(server?: number, how?: { await: boolean }): Promise<void>
  /** What any of the processes logged as an error. */
  errors(): string[]
  close(): Promise<void>
}

export interface WorldOptions {
  databaseUrl: string
  servers?: number
  destinationsPerChannel?: number
  lease?: typeof SHORT_LEASE
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { databaseUrl, servers = 1, destinationsPerChannel = 2, lease = SHORT_LEASE } = options
  const ports = await Promise.all(Array.from({ length: servers }, keepablePort))
  const urlOf = (server: number) => `http://127.0.0.1:${ports[server]}`
  let turn = randomInt(servers)
  const nextServer = () => turn++ % servers
  const slack = await startLastingSlack(() => urlOf(nextServer()))
  const all: ServerProcess[] = []
  const killed = new Set<number>()

  function start(port: number): Slot {
    const process = all.length
    const running = startServer({
      PORT: String(port),
      PUBLIC_URL: urlOf(0),
      DATABASE_URL: databaseUrl,
      COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_API_URL: slack.apiUrlFor(process),
      ...lease,
      // On a slow machine too, each approval is told of when it is asked and closed, and of nothing else.
      UNREACHED_AFTER_SECONDS: '3600',
    })
    all.push(running)
    return { port, process, running }
  }

  // All at once, as a deployment does it: on an empty database only one of them migrates.
  const slots = ports.map(start)
  await Promise.all(slots.map(({ running }) => running.ready))
  const slot = (server = 0) => slots[server] as Slot

  const call: World['call'] = async (method, path, { key = ADMIN_KEY, body, headers, server } = {}) => {
    try {
      const response = await fetch(urlOf(server ?? nextServer()) + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(CALL_MS),
      })
      return { status: response.status, body: (await response.json()) as never }
    } catch {
      return undefined
    }
  }

  async function make<K extends string>(path: string, what: K, body: unknown): Promise<string> {
    const answer = await call<Record<K, string>>('POST', path, { body })
    if (answer?.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`)
    return answer.body[what]
  }

  const agentKeys: string[] = []
  for (let i = 0; i < AGENTS; i++) {
    agentKeys.push(await make('/v1/api-keys', 'key', { name: `agent ${i}`, roles: ['agent'] }))
  }
  const person = { name: 'Rita', email: 'rita@example.com' }
  const reviewerKey = await make('/v1/api-keys', 'key', { name: 'rita', roles: ['reviewer'], person })
  const destinations: string[] = []
  for (let i = 0; i < destinationsPerChannel * CHANNELS.length; i++) {
    const config = { bot_token: `xoxb-place-${i}`, channel_id: CHANNELS[i % CHANNELS.length] }
    const wanted = { channel_type: 'slack', name: `place ${i}`, config }
    destinations.push(await make('/v1/settings/notifications', 'id', wanted))
  }

  return {
    databaseUrl,
    slack,
    agentKeys,
    reviewerKey,
    destinations,
    killed,
    call,
    processAt: (server) => slot(server).process,
    kill(server) {
      killed.add(slot(server).process)
      return slot(server).running.kill()
    },
    terminate: (server) => slot(server).running.terminate(),
    async launch(server = 0, how = { await: true }) {
      slots[server] = start(slot(server).port)
      if (how.await) await slot(server).running.ready
    },
    errors: () => all.flatMap((process) => process.errors()),
    async close() {
      await Promise.all(slots.map(({ running }) => running.kill()))
      await slack.close()
    },
  }
}
