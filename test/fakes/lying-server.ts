// Plays a server that answers an agent with whatever a test says, and signs receipts with a key of its own.

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { canonicalAction } from '../../packages/client/src/action.ts'

export const ACTION = { tool: 'payments.refund', arguments: { order: 1042 }, environment: 'production' }
export const AGENT = 'refund-agent'
export const APPROVAL_ID = 'apr_1'

type Json = Record<string, unknown>
export type Answer = (res: ServerResponse, lie: Lies) => void
/** What it answers to each question, instead of the truth. */
export type Script = Partial<Record<'ask' | 'wait' | 'redeem' | 'keys', Answer>>

export interface Lies {
  approval(differences?: Json): Json
  /** A good one, but for what differs. */
  receipt(differences?: { header?: Json; claims?: Json; key?: KeyObject }): string
}

export interface LyingServer {
  url: string
  /** The questions in their order. */
  asked: string[]
  close(): Promise<void>
}

const NOW = () => Math.floor(Date.now() / 1000)

export function json(res: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  res.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
}

export function problem(res: ServerResponse, status: number, code: string): void {
  json(res, status, { type: 'about:blank', status, code, detail: code }, 'application/problem+json')
}

export async function startLyingServer(script: Script): Promise<LyingServer> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const asked: string[] = []
  let url = ''
  const lies: Lies = {
    approval: (differences = {}) => ({ ...approval(), ...differences }),
    receipt: ({ header = {}, claims = {}, key = privateKey } = {}) =>
      signed({ ...HEADER, ...header }, { ...truth(url), ...claims }, key),
  }
  const truths: Required<Script> = {
    ask: (res) => json(res, 201, lies.approval()),
    wait: (res) => json(res, 200, lies.approval({ status: 'approved' })),
    redeem: (res) =>
      json(res, 200, { receipt: lies.receipt(), approval: lies.approval({ status: 'approved' }) }),
    keys: (res) => json(res, 200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: HEADER.kid }] }),
  }
  const listener: RequestListener = (req, res) => {
    const question = questionOf(req.method, req.url)
    asked.push(question)
    const answer = script[question] ?? truths[question]
    req.resume().on('end', () => answer(res, lies))
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const HEADER = { alg: 'EdDSA', typ: 'countersign-receipt+jwt', kid: 'key-1' }

/** Of the action, for whoever acts. */
export function digestFor(agentId: string): string {
  return `sha256:${createHash('sha256').update(canonicalAction(agentId, ACTION)).digest('hex')}`
}

const DIGEST = digestFor(AGENT)

function truth(url: string): Json {
  return {
    iss: url,
    aud: ACTION.tool,
    jti: 'rdm_1',
    iat: NOW(),
    exp: NOW() + 300,
    approval_id: APPROVAL_ID,
    digest: DIGEST,
    environment: ACTION.environment,
    agent: { id: AGENT, name: AGENT },
    approvers: [],
    policy: null,
  }
}

function approval(): Json {
  const at = new Date().toISOString()
  const fixed = { id: APPROVAL_ID, status: 'pending', digest: DIGEST, decisions: [], unreached_reasons: [] }
  return { ...fixed, reached: true, review_notes: null, created_at: at, expires_at: at }
}

function signed(header: Json, claims: Json, key: KeyObject): string {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}

function questionOf(method = '', url = ''): keyof Script {
  if (url.startsWith('/.well-known')) return 'keys'
  if (method === 'GET') return 'wait'
  return url.endsWith('/redeem') ? 'redeem' : 'ask'
}
