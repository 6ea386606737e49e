// Shows that a request counts until it is over, however it ends, and that nobody is locked out by those who hang up.

import { EventEmitter } from 'node:events'
import type { Request, Response } from 'express'
import { expect, test } from 'vitest'
import { createLimiter } from '../../src/api/limiter.ts'
import { onceOver } from '../../src/api/once-over.ts'
import type { KeyPrincipal } from '../../src/identity/principal.ts'

const LIMITS = {
  requests_per_minute: 60,
  events_per_minute: 60,
  pending_approvals: 1,
  concurrent_requests: 1,
  waits: 1,
}
const CALLER: KeyPrincipal = {
  kind: 'key',
  id: 'key_1',
  name: 'Sales key',
  roles: new Set(),
  standing: 'member',
  limits: LIMITS,
}

const NONE: { code?: string; retryAfter?: string | undefined } = {}

function setUp() {
  let nowMs = 0
  const limiter = createLimiter(() => nowMs)
  /** A request as it stands before the limiter; `went` once it was let on. */
  function arrive({ isWait = false, closed = false, destroyed = false } = {}) {
    const socket = Object.assign(new EventEmitter(), { destroyed })
    const response = Object.assign(new EventEmitter(), { closed })
    const admitted = limiter.admit(CALLER, isWait)
    if ('problem' in admitted) {
      const answer = { code: admitted.problem.code, retryAfter: admitted.headers?.['Retry-After'] }
      return { went: false, answer, socket, response }
    }
    const went = onceOver({ socket } as unknown as Request, response as unknown as Response, admitted.value)
    return { went, answer: NONE, socket, response }
  }
  return { arrive, advance: (ms: number) => (nowMs += ms) }
}

test('a request counts until its response is closed', () => {
  const { arrive } = setUp()
  const first = arrive()
  expect([first.went, arrive().answer.code]).toEqual([true, 'too_many_concurrent_requests'])
  first.response.emit('close')
  first.socket.emit('close')
  const second = arrive()
  expect([second.went, arrive().went]).toEqual([true, false])
})

test('a response that waits behind another on its connection is over when the connection is', () => {
  const { arrive } = setUp()
  arrive().socket.emit('close')
  expect(arrive().went).toBe(true)
})

test('who hung up before is counted nowhere', () => {
  const { arrive } = setUp()
  for (const gone of [{ closed: true }, { destroyed: true }]) expect(arrive(gone).went).toBe(false)
  expect(arrive().went).toBe(true)
})

test('a wait is counted among the waits alone', () => {
  const { arrive } = setUp()
  expect(arrive().went).toBe(true)
  expect(arrive().answer.code).toBe('too_many_concurrent_requests')
  expect(arrive({ isWait: true }).went).toBe(true)
  expect(arrive({ isWait: true }).answer.code).toBe('too_many_waits')
})

test('a minute’s worth at once, then as many as come back', () => {
  const { arrive, advance } = setUp()
  const ask = () => {
    const { went, answer, response } = arrive()
    response.emit('close')
    return went || answer
  }
  for (let i = 0; i < 60; i++) expect(ask()).toBe(true)
  expect(ask()).toEqual({ code: 'too_many_requests', retryAfter: '1' })
  advance(1_000)
  expect(ask()).toBe(true)
  expect(ask()).toEqual({ code: 'too_many_requests', retryAfter: '1' })
  advance(3_600_000)
  for (let i = 0; i < 60; i++) expect(ask()).toBe(true)
  expect(ask()).not.toBe(true)
})
