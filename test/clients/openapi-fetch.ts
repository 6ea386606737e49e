// Asks, waits and sends events with the client that openapi-typescript and openapi-fetch make.

import createClient from 'openapi-fetch'
import type { paths } from './generated/openapi-typescript.ts'

export async function useOpenapiFetch(baseUrl: string, key: string): Promise<unknown[]> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } })
  const asked = await client.POST('/v1/approvals', {
    params: { header: { 'Idempotency-Key': 'openapi-fetch' } },
    body: {
      agent: { id: 'refund-agent' },
      action: { tool: 'payments.refund', arguments: { order: 1042, lines: [{ amount: '480.00' }] } },
      metadata: { session_id: 'sess-abc' },
    },
  })
  if (!asked.data) throw new Error(asked.error.detail)
  const path = { id: asked.data.id }
  const waited = await client.GET('/v1/approvals/{id}', { params: { path, query: { wait_seconds: 1 } } })
  const told = await client.POST('/v1/events', {
    body: { type: 'policy.violation', agent: path, data: { rule: { id: 7 } } },
  })
  const several = await client.POST('/v1/events', {
    body: {
      events: [
        { type: 'incident', data: { service: 'billing' } },
        { event: 'budget.exceeded', agent_id: 'refund-agent', details: { message: 'over', spent: 12 } },
        { type: 'anomaly.detected', data: { agent_id: 'refund-agent', reason: 'odd', score: 0.9 } },
      ],
    },
  })
  const unknown = await client.GET('/v1/approvals/{id}', { params: { path: { id: 'apr_none' } } })
  const code: 'approval_not_found' | string | undefined = unknown.error?.code
  return [waited.data?.status, told.data?.data.length, several.data?.data.length, code]
}
