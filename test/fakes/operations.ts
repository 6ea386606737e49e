// Reads the product's own OpenAPI document and checks answers against it.

import { z } from 'zod'
import type { OpenApiDocument, OperationObject } from '../../src/api/openapi/document.ts'
import { CHANNEL } from './countersign.ts'
import { BOT_TOKEN } from './slack-server.ts'

export type { OpenApiDocument }

type Json = Record<string, unknown>

/** For each operation that takes a body, one with everything in it. */
export const SANE_BODIES: Record<string, Json> = {
  requestApproval: {
    agent: { id: 'agent-1', name: 'Refund agent' },
    action: { tool: 'stripe.refund', summary: 'Refund', arguments: { a: [1] }, environment: 'production' },
    reasons: ['LARGE'],
    risk: { score: 0.5, level: 'high' },
    requested_by: { email: 'ana@example.com' },
    expires_in_seconds: 600,
    metadata: { session: 's' },
  },
  decideApproval: { decision: 'approve', note: 'checked' },
  seeApproval: { digest: `sha256:${'0'.repeat(64)}` },
  redeemApproval: {
    action: { tool: 'stripe.refund', arguments: { a: [1] }, environment: 'production' },
  },
  revokeApproval: { reason: 'changed my mind' },
  withdrawApproval: { reason: 'changed my mind' },
  createDestination: {
    channel_type: 'slack',
    name: 'Approvals',
    config: { bot_token: BOT_TOKEN, channel_id: CHANNEL },
    events: ['approval.*'],
    min_severity: 'low',
    enabled: true,
  },
  replaceDestination: { name: 'One', config: { channel_id: CHANNEL }, events: null, min_severity: 'info' },
  changeDestination: { name: 'Two', enabled: true },
  testDestination: { message: 'Does it arrive?' },
  changePerson: { name: 'Ana Ruiz' },
  changeApiKey: { limits: { waits: 5 } },
  joinPeople: { person_id: 'per_01kaf3q2m8e7s9v4w6x8y0z1b3' },
  setVouching: [{ platform: 'slack', tenant: 'T1', domains: ['example.com'] }] as never,
  createGroup: { name: 'payments', kind: 'people' },
  changeGroup: { name: 'on-call' },
  addMember: { email: 'ben@example.com', name: 'Ben', until: '2099-12-24T18:00:00Z' },
  createApiKey: { name: 'an agent', roles: ['agent'], agent_id: 'agent-1' },
  emitEvents: {
    type: 'policy.violation',
    severity: 'high',
    agent: { id: 'agent-1', name: 'Refund agent' },
    tool: 'stripe.refund',
    summary: 'It tried to send an address',
    action: 'blocked',
    data: { policy: 'no-pii' },
  },
  replayDeliveries: { state: 'dead' },
  setPolicy: {
    default: 'ask',
    rules: [
      {
        name: 'large refunds',
        match: { tools: ['none.*'], min_risk: 'low', where: { amount: { above: 500 } } },
        ask: { requirements: [{ group: 'reviewers', approvals: 1 }], note_required: ['deny'] },
      },
      { name: 'reads', match: { agents: ['nobody'] }, allow: true, shadow: true },
    ],
    risk_floors: [{ tools: ['none.*'], at_least: 'high' }],
  },
  checkPolicy: { rules: [{ name: 'never', match: { environments: ['nowhere'] }, deny: 'Ask the team' }] },
  explainPolicy: {
    policy: 'rules: [{name: reads, match: {tools: ["*.read"]}, allow: true}]',
    request: { agent: { id: 'agent-1' }, action: { tool: 'stripe.refund', arguments: { amount: '480.00' } } },
  },
  teamsActivity: { type: 'message', text: 'status' },
  teamsMessage: { type: 'message', text: 'status' },
}

export interface Documented {
  /** For example `POST /v1/approvals/{id}/decision`. */
  name: string
  id: string
  method: string
  path: string
  /** Any of them is enough; none: no key is needed. */
  roles: string[]
  details: OperationObject
}

/** A platform calls it, and answers for it in its own way. */
export function isOfPlatforms({ details }: Documented): boolean {
  return (details.tags as string[]).includes('Platforms')
}

export async function readDocument(url: string): Promise<OpenApiDocument> {
  return (await fetch(`${url}/openapi.json`)).json() as Promise<OpenApiDocument>
}

export function operationsOf(document: OpenApiDocument): Documented[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, details]) => ({
      name: `${method.toUpperCase()} ${path}`,
      id: details.operationId,
      method: method.toUpperCase(),
      path,
      roles: (details.security as { apiKey?: string[] }[]).flatMap(({ apiKey = [] }) => apiKey),
      details,
    })),
  )
}

/** What is wrong with an answer according to the document; undefined: nothing. */
export type Check = (operation: Documented, status: number, body: unknown) => string | undefined

/** Stricter than the document for clients: a member that it does not name is wrong here. */
export function answerChecks(document: OpenApiDocument): Check {
  const known = new Map<string, z.ZodType>()
  return (operation, status, body) => {
    const documented = operation.details.responses[status]
    if (!documented) return `${operation.name}: ${status} is not documented: ${JSON.stringify(body)}`
    // Of several media types, any one is answered.
    const media = Object.values(documented.content ?? {}).map(({ schema }) =>
      closed(inlined(schema, document)),
    )
    if (media.length === 0) return undefined
    const key = `${operation.id} ${status}`
    const schema = known.get(key) ?? z.union(media.map((one) => z.fromJSONSchema(one as never)))
    known.set(key, schema)
    const { error } = schema.safeParse(body)
    return error && `${operation.name}: ${status} ${z.prettifyError(error)} in ${JSON.stringify(body)}`
  }
}

/** With each shape in the place of its name. */
export function inlined(schema: unknown, document: OpenApiDocument): unknown {
  if (Array.isArray(schema)) return schema.map((one) => inlined(one, document))
  if (typeof schema !== 'object' || schema === null) return schema
  const { $ref, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === '$ref' ? value : inlined(value, document)]),
  ) as Json & { $ref?: string }
  if ($ref === undefined) return rest
  const steps = $ref.replace('#/', '').split('/')
  const target = inlined(
    steps.reduce<unknown>((at, step) => (at as Json)[step], document),
    document,
  )
  return Object.keys(rest).length === 0 ? target : { allOf: [target, rest] }
}

function closed(schema: unknown, inAllOf = false): unknown {
  if (Array.isArray(schema)) return schema.map((one) => closed(one, inAllOf))
  if (typeof schema !== 'object' || schema === null) return schema
  const inside = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value, key === 'allOf')]),
  )
  return 'properties' in inside && !inAllOf ? { additionalProperties: false, ...inside } : inside
}
