// Shows that the check of Slack's signature lets nothing through but what Slack signed.

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifySlackSignature } from '../../src/platforms/slack/signature.ts'

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const SENT_AT = 1531420618
const BODY = Buffer.from(
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
)
const SIGNATURE = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
const PUBLISHED = {
  rawBody: BODY,
  headers: { 'x-slack-request-timestamp': [String(SENT_AT)], 'x-slack-signature': [SIGNATURE] },
  nowMs: SENT_AT * 1000,
  secrets: [SECRET],
}

function sign(rawBody: Buffer, timestamp: string, secret: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`
}

function signedWith(timestamp: string, rawBody = BODY, secret = SECRET) {
  const headers = {
    'x-slack-request-timestamp': [timestamp],
    'x-slack-signature': [sign(rawBody, timestamp, secret)],
  }
  return { ...PUBLISHED, rawBody, headers }
}

describe('the signature of Slack', () => {
  it('accepts the example that Slack publishes', () => {
    expect(verifySlackSignature(PUBLISHED)).toEqual([SECRET])
  })

  it('refuses the example when one byte of the body changes', () => {
    const rawBody = Buffer.from(BODY)
    rawBody[0] = 0x54
    expect(verifySlackSignature({ ...PUBLISHED, rawBody })).toEqual([])
    expect(verifySlackSignature({ ...PUBLISHED, rawBody: Buffer.concat([BODY, Buffer.from(' ')]) })).toEqual(
      [],
    )
  })

  it('names every secret under which it is valid, and no other', () => {
    const secrets = ['first', SECRET, 'other', SECRET.toUpperCase()]
    expect(verifySlackSignature({ ...PUBLISHED, secrets })).toEqual([SECRET])
    expect(verifySlackSignature({ ...PUBLISHED, secrets: [SECRET, 'other', SECRET] })).toEqual([
      SECRET,
      SECRET,
    ])
    expect(verifySlackSignature({ ...PUBLISHED, secrets: ['other'] })).toEqual([])
    expect(verifySlackSignature({ ...PUBLISHED, secrets: [] })).toEqual([])
  })

  it('never takes an empty secret, with which anybody could sign', () => {
    expect(verifySlackSignature({ ...signedWith(String(SENT_AT), BODY, ''), secrets: ['', SECRET] })).toEqual(
      [],
    )
  })

  it.each([-300_000, -299_999, 299_999, 300_000])('accepts a clock that is %i ms away', (awayMs) => {
    expect(verifySlackSignature({ ...PUBLISHED, nowMs: PUBLISHED.nowMs + awayMs })).toEqual([SECRET])
  })

  it.each([-315_360_000_000, -301_000, -300_001, 300_001, 301_000])(
    'refuses a clock that is %i ms away, in the past or the future',
    (awayMs) => {
      expect(verifySlackSignature({ ...PUBLISHED, nowMs: PUBLISHED.nowMs + awayMs })).toEqual([])
    },
  )

  it.each([
    '1531420618.0',
    '+1531420618',
    '-1531420618',
    ' 1531420618',
    '1531420618 ',
    '1531420618\n',
    '1.531420618e9',
    '0x5b479b0a',
    '１５３１４２０６１８',
    '0001531420618',
    '',
  ])('refuses the timestamp %j, although it is signed', (timestamp) => {
    expect(verifySlackSignature(signedWith(timestamp))).toEqual([])
  })

  it.each([
    SIGNATURE.replace('v0', 'v1'),
    SIGNATURE.replace('v0', 'v9'),
    SIGNATURE.replace('v0', 'V0'),
    SIGNATURE.replace('a2114d57', 'A2114D57'),
    `${SIGNATURE}=zzz`,
    `${SIGNATURE}0`,
    `${SIGNATURE}\n`,
    ` ${SIGNATURE}`,
    SIGNATURE.slice(0, -1),
    SIGNATURE.slice(3),
    `${SIGNATURE}, ${SIGNATURE}`,
    'v0=',
    '',
  ])('refuses the signature %j', (signature) => {
    const headers = { ...PUBLISHED.headers, 'x-slack-signature': [signature] }
    expect(verifySlackSignature({ ...PUBLISHED, headers })).toEqual([])
  })

  it.each(['x-slack-signature', 'x-slack-request-timestamp'] as const)(
    'refuses a request whose %s is missing or repeated',
    (name) => {
      const [value] = PUBLISHED.headers[name]
      for (const values of [undefined, [], [value, value], [value, 'x']] as (string[] | undefined)[]) {
        const headers = { ...PUBLISHED.headers, [name]: values }
        expect(verifySlackSignature({ ...PUBLISHED, headers })).toEqual([])
      }
    },
  )

  it('reads the body byte for byte, also where it is not UTF-8', () => {
    const rawBody = Buffer.from([0x70, 0x3d, 0xff, 0xfe, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80])
    const other = Buffer.from([0x70, 0x3d, 0xfe, 0xff, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80])
    const request = signedWith(String(SENT_AT), rawBody)
    expect(other.toString()).toBe(rawBody.toString())
    expect(verifySlackSignature(request)).toEqual([SECRET])
    expect(verifySlackSignature({ ...request, rawBody: other })).toEqual([])
  })
})
