// Starts a running product for a bench: bench/server.ts on a database, with two destinations that hear.

import { keepablePort } from '../test/fakes/server-process.ts'
import { BOT_TOKEN } from '../test/fakes/slack-server.ts'
import { type Child, startChild } from './child.ts'
import type { Place } from './server.ts'
import { CHANNEL, SECOND_CHANNEL, SIGNING_SECRET } from './slack-press.ts'
import type { Stage } from './stage.ts'

export const ADMIN_KEY = 'the-admin-key-of-the-bench-has-40-chars.'

export interface Product extends Child {
  port: number
  /** A POST with the admin key; throws on any answer that is not a 2xx. */
  post<T>(path: string, body: unknown): Promise<T>
}

export async function startProduct(
  stage: Stage,
  databaseUrl: string,
  more: Record<string, string> = {},
): Promise<Product> {
  const port = await keepablePort()
  const child = await startChild('server.ts', { ...productEnv(stage, databaseUrl, port), ...more })
  return {
    ...child,
    port,
    async post<T>(path: string, body: unknown) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
      return (await answer.json()) as T
    },
  }
}

export function productEnv(stage: Stage, databaseUrl: string, port: number): Record<string, string> {
  return {
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_API_URL: stage.slackApiUrl,
    LOG_LEVEL: 'warn',
    // Both are checked, and reached by nobody.
    LIMIT_REQUESTS_PER_MINUTE: '1000000',
    LIMIT_WAITS: '10000',
  }
}

/** Two destinations in Slack that hear everything. */
export async function addDestinations(product: Product): Promise<[Place, Place]> {
  const add = (at: string) => addDestination(product, at, 'slack', { channel_id: at })
  return [await add(CHANNEL), await add(SECOND_CHANNEL)]
}

export async function addDestination(
  product: Product,
  at: string,
  channel_type: string,
  config: Record<string, string>,
): Promise<Place> {
  const wanted = { channel_type, name: at, config }
  const { id } = await product.post<{ id: string }>('/v1/settings/notifications', wanted)
  return { destinationId: id, at }
}
