// Serves `/metrics` to a monitoring system, with an admin's or auditor's key.

import { z } from 'zod'
import { type Endpoint, endpoint } from '../endpoint.ts'
import type { Operation } from '../operation.ts'
import { answer } from '../result.ts'
import type { Metrics } from './metrics.ts'

const readMetrics = {
  id: 'readMetrics',
  tag: 'Machines',
  method: 'get',
  path: '/metrics',
  summary: 'Counters and gauges of this process, in the text format of Prometheus',
  roles: ['admin', 'auditor'],
  answers: { 200: { says: 'A scrape', body: z.string(), mediaType: 'text/plain' } },
} as const satisfies Operation

export function metricsEndpoint(metrics: Metrics): Endpoint {
  return endpoint(readMetrics, async () => {
    const { contentType, text } = await metrics.read()
    return { ...answer(200, text), headers: { 'Content-Type': contentType } }
  })
}
