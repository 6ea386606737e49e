// Plays as little of the product as the sandbox needs: a test sees what was asked for, and answers the agent.

import express, { type Express } from 'express'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { expect } from 'vitest'
import { canonicalJson, sha256Hex } from '../../src/kit/canonical-json.ts'

interface Posted {
  path: string
  body: Record<string, unknown>
  headers: Record<string, unknown>
}

export interface TinyProduct {
  mount(app: Express): void
  /** What was sent to it, oldest first. */
  posted: readonly Posted[]
  /** The bodies of what was sent to this path. */
  postedTo(path: string): Record<string, unknown>[]
  /** What destinations were changed to, oldest first. */
  changed: readonly Record<string, unknown>[]
  /** The ids of destinations that were removed. */
  removed: Set<string>
  /** The API keys that it takes. */
  known: Set<string>
  /** How its receipts differ from those of what is redeemed. */
  flaw: JWTPayload
  /** Answers the agent that waits, once it waits. */
  decide(decision: Record<string, unknown>): Promise<void>
}

const PENDING = { id: 'apr_1', url: 'http://x', status: 'pending', closed_at: null, decisions: [] }

/** Remembers over restarts of what it is mounted on. */
export function createTinyProduct(): TinyProduct {
  const posted: Posted[] = []
  const changed: Record<string, unknown>[] = []
  const removed = new Set<string>()
  const known = new Set<string>()
  const put = new Set<string>()
  const key = generateKeyPair('EdDSA')
  let release: ((decision: Record<string, unknown>) => void) | undefined
  const postedTo = (path: string) => posted.filter((one) => one.path === path).map(({ body }) => body)

  const tiny: TinyProduct = {
    flaw: {},
    posted,
    postedTo,
    changed,
    removed,
    known,
    mount(app) {
      release = undefined
      app.post('/v1/{*path}', express.json(), (req, _res, next) => {
        posted.push({ path: req.path, body: req.body, headers: req.headers })
        next()
      })
      app.post(['/v1/webhooks/teams/interactions', '/api/messages'], (_req, res) => res.status(200).end())
      app.get('/v1/settings/notifications', (_req, res) => {
        const data = postedTo('/v1/settings/notifications').map((one, index) => ({
          ...one,
          id: `dst_${index}`,
          config: shown(one.config),
        }))
        res.json({ data: data.filter(({ id }) => !removed.has(id)), next_cursor: null })
      })
      app.delete('/v1/settings/notifications/:id', (req, res) => {
        removed.add(req.params.id)
        res.status(204).end()
      })
      app.patch('/v1/settings/notifications/:id', express.json(), (req, res) => {
        changed.push({ id: req.params.id, ...req.body })
        res.json({})
      })
      const policy = ['/v1/people/vouching', '/v1/policies']
      app.put(policy, express.json(), (req, res) => {
        put.add(req.path)
        res.json({})
      })
      app.get([...policy, '/v1/policies/versions'], (req, res) => {
        const isThere = put.has(req.path.replace('/versions', ''))
        res.json({ data: isThere ? [{}] : [], next_cursor: null })
      })
      app.get('/v1/groups', (_req, res) => res.json({ data: postedTo('/v1/groups'), next_cursor: null }))
      app.post(['/v1/groups', '/v1/groups/:name/members'], (_req, res) => res.status(201).json({}))
      app.all('/unavailable', (_req, res) => res.status(503).json({ detail: 'Not now' }))
      app.post('/v1/events', (req, res) => res.status(201).json({ data: [req.body], next_cursor: null }))
      app.post('/v1/settings/notifications', (_req, res) => res.status(201).json({}))
      app.post('/v1/api-keys', (req, res) => {
        const key = `${req.body.roles}-key-${postedTo('/v1/api-keys').length}`
        known.add(key)
        res.status(201).json({ key })
      })
      const expires_at = new Date(Date.now() + 60_000).toISOString()
      app.post('/v1/approvals', (_req, res) => res.status(201).json({ ...PENDING, expires_at }))
      app.post('/v1/approvals/:id/withdraw', (_req, res) =>
        res.json({ ...PENDING, expires_at, status: 'withdrawn' }),
      )
      app.post('/v1/approvals/:id/redeem', async (req, res) => {
        const { tool, ...action } = req.body.action
        const agent = postedTo('/v1/approvals')[0]?.agent as { id: string }
        const digest = `sha256:${sha256Hex(canonicalJson({ agent: agent.id, tool, ...action }))}`
        const issuer = `http://${req.headers.host}`
        const claims = { agent, digest, iss: issuer, aud: tool, jti: 'rdm_1', exp: Date.now() / 1000 + 300 }
        const receipt = new SignJWT({ ...claims, ...tiny.flaw })
          .setProtectedHeader({ alg: 'EdDSA', typ: 'countersign-receipt+jwt', kid: 'k' })
          .sign((await key).privateKey)
        res.json({ receipt: await receipt })
      })
      app.get('/.well-known/jwks.json', async (_req, res) => {
        res.json({ keys: [{ ...(await exportJWK((await key).publicKey)), kid: 'k', alg: 'EdDSA' }] })
      })
      app.get('/v1/approvals/:id', (req, res) => {
        const key = req.headers.authorization?.replace('Bearer ', '') ?? ''
        if (!known.has(key)) res.status(401).json({ detail: 'This API key is not known here' })
        else if (req.params.id !== 'apr_1') res.status(404).json({ detail: 'Approval request not found' })
        else release = (decision) => res.json({ ...PENDING, expires_at, ...decision })
      })
    },
    async decide(decision) {
      await expect.poll(() => release).toBeDefined()
      release?.({ closed_at: new Date().toISOString(), ...decision })
    },
  }
  return tiny
}

/** With a word in the place of each secret. */
function shown(config: unknown): Record<string, unknown> {
  const isSecret = (name: string) => name === 'bot_token' || name === 'webhook_url'
  const entries = Object.entries(config as Record<string, unknown>)
  return Object.fromEntries(entries.map(([name, value]) => [name, isSecret(name) ? 'set' : value]))
}
