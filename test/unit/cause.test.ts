// Shows that the log names the innermost cause of a failure and nothing of the address.

import { expect, test } from 'vitest'
import { because, causeCodeOf } from '../../src/kit/cause.ts'

const coded = (code: unknown, cause?: unknown) => Object.assign(new Error('x', { cause }), { code })

test.each([
  ['a code of its own', coded('ECONNRESET'), 'ECONNRESET'],
  ['the code of the error below', new Error('fetch failed', { cause: coded('ENOTFOUND') }), 'ENOTFOUND'],
  ['the innermost code', coded('UND_ERR_SOCKET', coded('ECONNRESET')), 'ECONNRESET'],
  ['what a client keeps', Object.assign(new Error(), { original: coded('EPIPE') }), 'EPIPE'],
  [
    'each address was tried',
    new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]),
    'ECONNREFUSED',
  ],
  ['it was late', AbortSignal.abort(new DOMException('late', 'TimeoutError')).reason, 'TIMEOUT'],
  ['a word of ours', coded('network_error'), undefined],
  ['no error at all', 'x', undefined],
])('%s', (_what, error, code) => {
  expect(causeCodeOf(error)).toBe(code)
})

test('an error that comes from itself ends', () => {
  const error: Error & { cause?: unknown } = new Error('round')
  error.cause = error
  expect(because(error)).toEqual({ reason: 'round' })
})
