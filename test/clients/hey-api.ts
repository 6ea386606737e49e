// Asks, waits and sends events with the client that @hey-api/openapi-ts makes.

import { createClient } from './generated/hey-api/client/index.ts'
import { emitEvents, readApproval, requestApproval } from './generated/hey-api/sdk.gen.ts'

export async function useHeyApi(baseUrl: string, key: string): Promise<unknown[]> {
  const client = createClient({ baseUrl, auth: key })
  const asked = await requestApproval({
    client,
    headers: { 'Idempotency-Key': 'hey-api' },
    body: {
      agent: { id: 'refund-agent' },
      action: { tool: 'payments.refund', arguments: { order: 1043, lines: [{ amount: '480.00' }] } },
      metadata: { session_id: 'sess-abc' },
    },
  })
  if (!asked.data) throw new Error(asked.error.detail)
  const path = { id: asked.data.id }
  const waited = await readApproval({ client, path, query: { wait_seconds: 1 } })
  const told = await emitEvents({
    client,
    body: { type: 'policy.violation', agent: path, data: { rule: { id: 7 } } },
  })
  const several = await emitEvents({
    client,
    body: {
      events: [
        { type: 'incident', data: { service: 'billing' } },
        { event: 'budget.exceeded', agent_id: 'refund-agent', details: { message: 'over', spent: 12 } },
        { type: 'anomaly.detected', data: { agent_id: 'refund-agent', reason: 'odd', score: 0.9 } },
      ],
    },
  })
  const unknown = await readApproval({ client, path: { id: 'apr_none' } })
  return [waited.data?.status, told.data?.data.length, several.data?.data.length, unknown.error?.code]
}
