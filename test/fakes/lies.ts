// Lists what a misbehaving server or network may answer, and what it is told of each: for the clients of every language.

import { generateKeyPairSync } from 'node:crypto'
import { ACTION, type Answer, digestFor, json, type Lies, problem, type Script } from './lying-server.ts'

/** A receipt that is good but for one thing, and all the rest is true. */
export const receipt =
  (differences: Parameters<Lies['receipt']>[0]): Answer =>
  (res, { receipt, approval }) =>
    json(res, 200, { receipt: receipt(differences), approval: approval({ status: 'approved' }) })
export const saying =
  (differences: Record<string, unknown>, status = 200): Answer =>
  (res, { approval }) =>
    json(res, status, approval(differences))
const HTML: Answer = (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
const stranger = generateKeyPairSync('ed25519').privateKey

const UNREACHED = {
  reached: false,
  unreached_reasons: [{ destination: 'Approvals', reason: 'channel_not_found' }],
}
export const ON_ITS_WAY = {
  reached: false,
  unreached_reasons: [{ destination: 'Approvals', reason: 'waiting' }],
}

/** No yes, and no answer that can be trusted. */
export const LIES: [name: string, script: Script][] = [
  ['approved, without a receipt', { redeem: saying({ status: 'approved' }) }],
  ['approved, with an empty receipt', { ask: saying({ status: 'approved', receipt: '' }) }],
  ['a receipt that is no text', { ask: saying({ status: 'approved', receipt: { ok: true } }) }],
  ['a receipt that is two parts', { ask: saying({ status: 'approved', receipt: 'e30.e30' }) }],
  ['a signature of another key', { redeem: receipt({ key: stranger }) }],
  ['the algorithm none', { redeem: receipt({ header: { alg: 'none' } }) }],
  ['the algorithm HS256', { redeem: receipt({ header: { alg: 'HS256' } }) }],
  ['a token of another type', { redeem: receipt({ header: { typ: 'JWT' } }) }],
  ['a critical header', { redeem: receipt({ header: { crit: ['exp'] } }) }],
  ['a key that nobody has', { redeem: receipt({ header: { kid: 'key-2' } }) }],
  ['no key', { redeem: receipt({ header: { kid: undefined } }) }],
  ['another issuer', { redeem: receipt({ claims: { iss: 'https://other.example.com' } }) }],
  ['another audience', { redeem: receipt({ claims: { aud: 'payments.payout' } }) }],
  ['several audiences', { redeem: receipt({ claims: { aud: [ACTION.tool] } }) }],
  ['another digest', { redeem: receipt({ claims: { digest: `sha256:${'0'.repeat(64)}` } }) }],
  ['another approval', { redeem: receipt({ claims: { approval_id: 'apr_2' } }) }],
  [
    'the same action of another agent',
    { redeem: receipt({ claims: { agent: { id: 'other' }, digest: digestFor('other') } }) },
  ],
  ['no agent', { redeem: receipt({ claims: { agent: null } }) }],
  ['no redemption', { redeem: receipt({ claims: { jti: '' } }) }],
  ['an expired receipt', { redeem: receipt({ claims: { exp: Math.floor(Date.now() / 1000) - 1 } }) }],
  ['a receipt without an end', { redeem: receipt({ claims: { exp: undefined } }) }],
  ['an end in words', { redeem: receipt({ claims: { exp: '2999' } }) }],
  ['no keys', { keys: (res) => json(res, 200, { keys: [] }) }],
  ['keys that are none', { keys: (res) => json(res, 200, { keys: [null, { kid: 'key-1', x: 'AA' }] }) }],
  ['keys as HTML', { keys: HTML }],
  ['another approval’s id', { wait: saying({ status: 'approved', id: 'apr_2' }) }],
  ['an id that is a path', { ask: saying({ id: '../keys' }) }],
  ['the approval of another action', { ask: saying({ status: 'approved', digest: 'sha256:1' }) }],
  ['a status of its own', { wait: saying({ status: 'APPROVED' }) }],
  ['a page', { ask: HTML }],
  ['a page with 502', { wait: (res) => res.writeHead(502).end('<h1>Bad Gateway</h1>') }],
  ['a page with 403', { wait: (res) => res.writeHead(403).end('<h1>Blocked</h1>') }],
  ['half of an answer', { wait: (res) => res.setHeader('content-type', 'application/json').end('{"id":') }],
  ['a cut answer', { wait: (res) => res.writeHead(200, { 'content-length': 900 }).end('{') }],
  ['an empty answer', { ask: (res) => res.end() }],
  ['null', { ask: (res) => json(res, 200, null) }],
  ['a list', { redeem: (res) => json(res, 200, []) }],
  ['a broken connection', { wait: (res) => res.destroy() }],
  ['a redirect', { redeem: (res) => res.writeHead(302, { location: '/v1/yes' }).end() }],
  ['no answer', { wait: () => {} }],
  ['an answer that never ends', { redeem: (res) => res.writeHead(200).write('{') }],
  ['a problem without a code', { ask: (res) => json(res, 401, {}, 'application/problem+json') }],
  ['an outage', { redeem: (res) => problem(res, 503, 'not_ready') }],
]

/** No yes either, by the name of the error and its sentence. */
export const ENDS: [name: string, script: Script, error: string, sentence: string][] = [
  ['a no', { wait: saying({ status: 'denied', review_notes: 'Denied by Ana' }) }, 'Denied', 'Denied by Ana'],
  ['nobody in time', { wait: saying({ status: 'expired' }) }, 'Expired', 'It is expired'],
  ['taken back', { wait: saying({ status: 'withdrawn' }) }, 'Withdrawn', 'It is withdrawn'],
  [
    'a yes that was taken back',
    { redeem: (res) => problem(res, 409, 'grant_revoked') },
    'Withdrawn',
    'grant_revoked',
  ],
  ['an unknown key', { ask: (res) => problem(res, 401, 'unauthorized') }, 'Refused', 'unauthorized'],
  ['a used grant', { redeem: (res) => problem(res, 409, 'already_redeemed') }, 'Refused', 'already_redeemed'],
  [
    'nobody reached, twice',
    { ask: saying(UNREACHED), wait: saying(UNREACHED) },
    'Unreached',
    'Nobody is reached (Approvals: channel_not_found)',
  ],
  [
    'nobody reached, and no time left',
    { wait: saying({ status: 'expired', reached: false, unreached_reasons: [] }) },
    'Unreached',
    'Nobody is reached ()',
  ],
]
