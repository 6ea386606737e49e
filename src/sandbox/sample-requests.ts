// Makes what the sample agent asks for and what it reports, modelled on what real agents do.

import { randomInt } from 'node:crypto'
import type { SampleKind } from './snapshot.ts'

export const SAMPLE_AGENT = { id: 'sandbox-ops-copilot', name: 'Ops copilot' } as const

/** The body of `POST /v1/approvals`. */
export interface ApprovalRequest {
  agent: { id: string; name: string }
  action: { tool: string; summary: string; arguments: Record<string, unknown>; environment: string }
  reasons: string[]
  risk: { level: string; score: number }
  expires_in_seconds: number
  metadata: Record<string, unknown>
}

/** The body of `POST /v1/events`. */
export interface ToldEvent {
  type: string
  severity: string
  agent: { id: string; name: string }
  tool: string
  environment: string
  summary: string
  action: string
  data: Record<string, unknown>
}

type AskKind = Exclude<SampleKind, 'violation'>
type Sample = Pick<ApprovalRequest, 'action' | 'reasons' | 'risk'>

/** `digits` makes each request another one: the same one twice would share one card. */
const SAMPLES: Record<AskKind, (digits: number) => Sample> = {
  refund: (digits) => ({
    action: {
      tool: 'stripe.refund',
      summary: `Refund EUR 480.00 for order A-${digits}: the espresso machine arrived with a cracked boiler`,
      arguments: {
        payment_intent: `pi_3S${digits}kWx2`,
        order: `A-${digits}`,
        amount: 48000,
        currency: 'eur',
        reason: 'requested_by_customer',
      },
      environment: 'production',
    },
    reasons: ['AMOUNT_ABOVE_LIMIT'],
    risk: { level: 'medium', score: 0.58 },
  }),
  email: (digits) => ({
    action: {
      tool: 'gmail.send',
      summary: 'E-mail the payroll list with names and bank details to an address outside the company',
      arguments: {
        to: 'accounts@northwind-payroll.example',
        subject: `Payroll run ${digits}`,
        body: 'Hi Mara,\n\nattached is the list for this month: 214 people with name, IBAN and net salary.\n\nBest,\nOps copilot',
        attachments: [{ name: `payroll-${digits}.csv`, rows: 214, contains: ['name', 'iban', 'net_salary'] }],
      },
      environment: 'production',
    },
    reasons: ['PII_EGRESS', 'EXTERNAL_RECIPIENT'],
    risk: { level: 'high', score: 0.81 },
  }),
  sql: (digits) => ({
    action: {
      tool: 'postgres.execute',
      summary: 'Delete all sessions older than 30 days to free disk space on the primary',
      arguments: {
        database: 'customers-primary',
        statement: `DELETE FROM sessions\nWHERE last_seen_at < now() - interval '30 days'\n  AND shard = ${digits};`,
        timeout_seconds: 120,
        dry_run: false,
      },
      environment: 'production',
    },
    reasons: ['DESTRUCTIVE_SQL', 'NO_RECENT_BACKUP'],
    risk: { level: 'critical', score: 0.95 },
  }),
  payout: (digits) => ({
    action: {
      tool: 'bank.payout',
      summary: 'Pay the first invoice of a supplier whose bank account is new',
      arguments: {
        supplier: 'Kestrel Tooling GmbH',
        invoice: `KT-${digits}`,
        amount: '18400.00',
        currency: 'EUR',
        iban: 'DE02 1203 0000 0000 2020 51',
        account_added_days_ago: 1,
      },
      environment: 'production',
    },
    reasons: ['NEW_BANK_ACCOUNT', 'AMOUNT_ABOVE_LIMIT'],
    risk: { level: 'high', score: 0.84 },
  }),
}

/** What the agent would rather run, once somebody has said yes: the arguments that are others then. */
const AFTER_THE_YES: Record<AskKind, Record<string, unknown>> = {
  refund: { amount: 480_000 },
  email: { to: 'mara.lindqvist@mail.example' },
  sql: { statement: 'DELETE FROM sessions;' },
  payout: { iban: 'DE75 5121 0800 1245 1261 99' },
}

export function afterTheYes(kind: SampleKind): Record<string, unknown> {
  return kind === 'violation' ? {} : AFTER_THE_YES[kind]
}

export function sampleRequest(kind: AskKind, expiresInSeconds: number): ApprovalRequest {
  return {
    agent: SAMPLE_AGENT,
    ...SAMPLES[kind](randomInt(10_000, 100_000)),
    expires_in_seconds: expiresInSeconds,
    metadata: { source: 'sandbox' },
  }
}

export function sampleViolation(): ToldEvent {
  const order = `A-${randomInt(10_000, 100_000)}`
  return {
    type: 'policy.violation',
    severity: 'high',
    agent: SAMPLE_AGENT,
    tool: 'gmail.send',
    environment: 'production',
    summary: `Tried to send a customer's home address to a courier in plain text, about order ${order}`,
    action: 'blocked',
    data: { policy_name: 'no-pii-in-mail', rule: 'postal_address', order },
  }
}

export function isSampleKind(value: unknown): value is SampleKind {
  return value === 'violation' || (typeof value === 'string' && Object.hasOwn(SAMPLES, value))
}
