// Tells machines whether this process is alive and can serve; no key is needed, nothing else is told.

import { z } from 'zod'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Operation } from '../operation.ts'
import { answer } from '../result.ts'

const alive = {
  id: 'alive',
  tag: 'Machines',
  method: 'get',
  path: '/healthz',
  summary: 'Is this process alive?',
  answers: { 200: { says: 'It is', body: z.object({ status: z.literal('ok') }).meta({ id: 'Alive' }) } },
} as const satisfies Operation

const ready = {
  id: 'ready',
  tag: 'Machines',
  method: 'get',
  path: '/readyz',
  summary: 'Can this process serve?',
  answers: { 200: { says: 'It can', body: z.object({ status: z.literal('ready') }).meta({ id: 'Ready' }) } },
  problems: { 503: ['not_ready'] },
} as const satisfies Operation

/** `isReady` resolves false while the database cannot be used or the server stops. */
export function healthEndpoints(isReady: () => Promise<boolean>): Endpoint[] {
  return [
    endpoint(alive, () => answer(200, { status: 'ok' })),
    endpoint(ready, async () => {
      if (await isReady()) return answer(200, { status: 'ready' })
      const detail = 'Starting, stopping, without database, or its disk is full'
      return { problem: { status: 503, code: 'not_ready', detail } }
    }),
  ]
}
