// Shows that whoever hangs up ends all that their connection waited for, also what waits behind another answer.

import { type AddressInfo, connect } from 'node:net'
import express from 'express'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { endpoint } from '../../src/api/endpoint.ts'
import type { Operation } from '../../src/api/operation.ts'
import { PATIENCE } from '../../src/api/patience.ts'
import { answer } from '../../src/api/result.ts'
import { mountEndpoints } from '../../src/api/serve.ts'
import { closed, createHttpServer } from '../../src/api/server.ts'
import type { KeyPrincipal } from '../../src/identity/principal.ts'

const AT_ONCE = 20

const wait = {
  id: 'wait',
  tag: 'Machines',
  method: 'get',
  path: '/wait',
  summary: 'Waits until nobody waits for it',
  roles: ['agent'],
  answers: { 204: { says: 'Nobody does' } },
} as const satisfies Operation

const warned = vi.fn()
beforeEach(() => void process.on('warning', warned))
afterEach(() => void process.off('warning', warned))

test('who hangs up ends every wait of the connection, and none of them counts any more', async () => {
  let waiting = 0
  let counted = 0
  let ended = 0
  const waits = endpoint(wait, async ({ gone }) => {
    waiting += 1
    await new Promise((resolve) => gone.addEventListener('abort', resolve))
    ended += 1
    return answer(204)
  })
  const admit = () => {
    counted += 1
    const free = () => {
      counted -= 1
    }
    return { value: free }
  }
  const value = { roles: new Set(['agent']) } as unknown as KeyPrincipal
  const gate = { identify: async () => ({ value }), limiter: { admit, takeEvents: vi.fn() } }
  const app = express()
  mountEndpoints(app, [waits], gate)
  const server = createHttpServer(app, PATIENCE)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    client.write('GET /wait HTTP/1.1\r\nHost: countersign\r\n\r\n'.repeat(AT_ONCE))
    await vi.waitFor(() => expect(waiting).toBe(AT_ONCE))
    client.destroy()
    await vi.waitFor(() => expect(ended).toBe(AT_ONCE))
    expect(counted).toBe(0)
    expect(warned).not.toHaveBeenCalled()
  } finally {
    await closed(server)
  }
})
