// Tells machines whether this process is alive and can serve; no key is needed, nothing else is told.

import { z } from 'zod'
import { sendProblem } from '../../kit/problem.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Operation } from '../operation.ts'

const alive = {
  id: 'alive',
  tag: 'Machines',
  method: 'get',
  path: '/healthz',
  summary: 'Is this process alive?',
  answers: { 200: { says: 'It is', body: z.object({ status: z.literal('ok') }) } },
} as const satisfies Operation

const ready = {
  id: 'ready',
  tag: 'Machines',
  method: 'get',
  path: '/readyz',
  summary: 'Can this process serve?',
  answers: { 200: { says: 'It can', body: z.object({ status: z.literal('ready') }) } },
  problems: { 503: ['not_ready'] },
} as const satisfies Operation

/** `isReady` rejects or resolves false while the database does not answer or the server stops. */
export function healthEndpoints(isReady: () => Promise<boolean>): Endpoint[] {
  return [
    endpoint(alive, (_asked, res) => res.json({ status: 'ok' })),
    endpoint(ready, async (_asked, res) => {
      if (await isReady().catch(() => false)) return res.json({ status: 'ready' })
      const detail = 'Starting, stopping, or without database'
      sendProblem(res, { status: 503, code: 'not_ready', detail })
    }),
  ]
}
