// Shows how the environment says which private addresses destinations may use, with a sentence for each mistake.

import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'

test('none, and no plain http, unless the environment says so', () => {
  expect(loadConfig({}).egress).toEqual({ allowCidrs: [], allowHttp: false })
})

test('the ranges that are named, and plain http inside them when that is allowed too', () => {
  const EGRESS_ALLOW_CIDRS = '10.0.0.0/8, fd00::/8,192.168.1.7/32'
  const allowCidrs = ['10.0.0.0/8', 'fd00::/8', '192.168.1.7/32']
  expect(loadConfig({ EGRESS_ALLOW_CIDRS }).egress).toEqual({ allowCidrs, allowHttp: false })
  const { egress } = loadConfig({ EGRESS_ALLOW_CIDRS, EGRESS_ALLOW_HTTP: 'true' })
  expect(egress).toEqual({ allowCidrs, allowHttp: true })
})

test.each([
  '10.0.0.1',
  '10.0.0.0/33',
  '10.0/8',
  '010.0.0.0/8',
  '::/129',
  'localhost',
  '10.0.0.0/8,',
  'private',
])('no start with the ranges %j', (EGRESS_ALLOW_CIDRS) => {
  expect(() => loadConfig({ EGRESS_ALLOW_CIDRS })).toThrow(
    /^EGRESS_ALLOW_CIDRS: .+; give ranges such as 10\.0\.0\.0\/8, with commas between$/,
  )
})

test.each(['yes', '1', 'TRUE'])('no start when plain http is %j', (EGRESS_ALLOW_HTTP) => {
  const env = { EGRESS_ALLOW_CIDRS: '10.0.0.0/8', EGRESS_ALLOW_HTTP }
  expect(() => loadConfig(env)).toThrow('EGRESS_ALLOW_HTTP: must be true or false')
})

test('no start with plain http where no range is named', () => {
  expect(() => loadConfig({ EGRESS_ALLOW_HTTP: 'true' })).toThrow(
    'EGRESS_ALLOW_CIDRS: must be set with EGRESS_ALLOW_HTTP, which counts only there',
  )
})
