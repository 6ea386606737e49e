// Asks, waits as long as it takes, and redeems: it ends with a valid receipt or with an error, never with less.

import type { Action } from './action.ts'
import type { AskedApproval, NewAgent, NewApproval } from './api.ts'
import { canonicalJson } from './canonical-json.ts'
import { Denied, Expired, InvalidReceipt, Refused, Unavailable, Unreached, Withdrawn } from './errors.ts'
import type { Calls } from './operations.ts'
import { type CheckReceipt, type Claims, digestOf } from './receipt.ts'
import { pause, untilAnswered } from './retry.ts'

const STATUSES: AskedApproval['status'][] = ['pending', 'approved', 'denied', 'expired', 'withdrawn']
/** So long one call and the next are apart, also where the server does not wait. */
const MIN_POLL_SECONDS = 1
/** So long after its end the server may say that it is pending. */
const OVERDUE_MS = 60_000

/** What is to run, as people see it. */
export interface AskedAction extends Action {
  /** The agent's own words; no part of what is approved. */
  summary?: string | undefined
}

export interface ApprovalOptions extends Omit<NewApproval, 'action' | 'agent'> {
  /** Who acts; its id, or with the name that people see. */
  agent: string | NewAgent
  /**
   * Names what is about to be done, such as `refund-1042`: whoever asks again under it, also after a restart, has the
   * same approval. Absent: each call is one of its own.
   */
  idempotencyKey?: string | undefined
  signal?: AbortSignal | undefined
  /** Called once, when people are asked: `url` is where they can read it all. */
  onPending?: ((approval: AskedApproval) => unknown) | undefined
}

export interface Approved {
  /** Compact JWS, for whoever runs the tool. */
  receipt: string
  /** What it says. */
  claims: Claims
  approval: AskedApproval
  /** Exactly what was approved: a copy that was made before it was asked for. */
  action: Required<Omit<AskedAction, 'summary'>>
}

export type RequireApproval = (action: AskedAction, options: ApprovalOptions) => Promise<Approved>

export interface RequireApprovalOptions {
  calls: Calls
  checkReceipt: CheckReceipt
  /** So long a call is held at most. */
  waitSeconds: number
  timeoutSeconds: number
  patienceSeconds: number
}

/** An action on its way: what is asked, word for word, by whom, and the digest of what must come back. */
interface Asked {
  action: Approved['action']
  agentId: string
  digest: string
  body: string
  redemption: string
  key: string
  options: ApprovalOptions
}

export function createRequireApproval(client: RequireApprovalOptions): RequireApproval {
  const runs = new Map<string, number>()

  return async (action, options) => {
    const asked = await askedOf(action, options)
    const first = await ask(client, asked)
    if (first.receipt !== undefined) return approvedBy(first.receipt, first, asked)
    const approval = await closed(client, first, asked)
    if (approval.status !== 'approved') throw whyNot(approval)
    const redeemed = await redeem(client, approval, asked)
    return approvedBy(redeemed.receipt, redeemed.approval, asked)
  }

  async function approvedBy(receipt: unknown, approval: AskedApproval, asked: Asked): Promise<Approved> {
    const { action, agentId } = asked
    const expected = { agentId, approvalId: approval.id }
    const claims = await patiently(client, asked, () => client.checkReceipt(receipt, action, expected)).catch(
      (error: unknown) => {
        if (!(error instanceof InvalidReceipt)) throw error
        throw new Unavailable(`There is no valid receipt: ${error.message}`, { cause: error })
      },
    )
    runOnce(claims)
    return { receipt: String(receipt), claims, approval, action }
  }

  /** Who asks twice under one Idempotency-Key has the same receipt, which is worth one run. */
  function runOnce({ jti, exp }: Claims): void {
    for (const [one, end] of runs) if (end * 1000 <= Date.now()) runs.delete(one)
    if (runs.has(jti)) throw alreadyRedeemed()
    runs.set(jti, exp)
  }
}

async function askedOf(given: AskedAction, options: ApprovalOptions): Promise<Asked> {
  const { agent, idempotencyKey = crypto.randomUUID(), signal: _, onPending: __, ...request } = options
  const { tool, summary, arguments: args = {}, environment = null } = given
  // What is asked, compared and run is this text; whoever changes the object afterwards changes nothing.
  const text = canonicalJson({ tool, arguments: args, environment })
  const action: Approved['action'] = JSON.parse(text)
  const newAgent = typeof agent === 'string' ? { id: agent } : agent
  const shown = { tool, summary, arguments: action.arguments, environment: environment ?? undefined }
  return {
    action,
    agentId: newAgent.id,
    digest: await digestOf(newAgent.id, action),
    body: JSON.stringify({ ...request, agent: newAgent, action: shown }),
    redemption: `{"action":${text}}`,
    key: idempotencyKey,
    options,
  }
}

function ask({ calls, ...client }: RequireApprovalOptions, asked: Asked): Promise<AskedApproval> {
  const { body, key, options } = asked
  const headers = { 'Idempotency-Key': key }
  return patiently(client, asked, async () => {
    const answer = await calls.requestApproval({ body, headers, signal: options.signal })
    return approvalIn(answer.body, asked)
  })
}

/** As it is once it is closed. Throws Unreached when two answers in a row say that nobody sees it. */
async function closed(
  { calls, waitSeconds, ...client }: RequireApprovalOptions,
  first: AskedApproval,
  asked: Asked,
): Promise<AskedApproval> {
  if (first.status !== 'pending') return first
  const { signal, onPending } = asked.options
  const end = performance.now() + Date.parse(first.expires_at) - Date.parse(first.created_at) + OVERDUE_MS
  await onPending?.(first)
  let approval = first
  for (;;) {
    const from = performance.now()
    const next = await patiently(client, asked, async () => {
      const timeoutSeconds = waitSeconds + client.timeoutSeconds
      const query = { wait_seconds: Math.ceil(waitSeconds) }
      const answer = await calls.readApproval({ path: { id: first.id }, query, timeoutSeconds, signal })
      return approvalIn(answer.body, asked, first.id)
    })
    if (next.status !== 'pending') return next
    if (isUnreached(approval) && isUnreached(next)) throw whyNot(next)
    if (!(performance.now() < end)) throw new Unavailable(`${first.id} has no end: its time is over`)
    await pause(
      Math.max(0, from + 1000 * Math.min(MIN_POLL_SECONDS, waitSeconds) - performance.now()),
      signal,
    )
    approval = next
  }
}

async function redeem(
  { calls, ...client }: RequireApprovalOptions,
  approval: AskedApproval,
  asked: Asked,
): Promise<{ receipt: unknown; approval: AskedApproval }> {
  const { redemption: body, key, options } = asked
  const [path, headers] = [{ id: approval.id }, { 'Idempotency-Key': key }]
  try {
    return await patiently(client, asked, async () => {
      const answer = await calls.redeemApproval({ path, headers, body, signal: options.signal })
      return { ...answer.body, approval: approvalIn(answer.body?.approval, asked, approval.id) }
    })
  } catch (error) {
    if (error instanceof Refused && error.code === 'grant_revoked') {
      throw new Withdrawn(error.message, approval)
    }
    throw error
  }
}

function patiently<T>(
  { patienceSeconds }: Pick<RequireApprovalOptions, 'patienceSeconds'>,
  { options }: Asked,
  attempt: () => Promise<T>,
): Promise<T> {
  return untilAnswered({ patienceMs: patienceSeconds * 1000, signal: options.signal }, attempt)
}

/** Throws Unavailable for what is no approval, and for one of something else. */
function approvalIn(answered: AskedApproval | undefined, { digest }: Asked, id?: string): AskedApproval {
  const isOne =
    /^\w+$/.test(answered?.id ?? '') &&
    STATUSES.includes(answered?.status as AskedApproval['status']) &&
    Array.isArray(answered?.decisions) &&
    Array.isArray(answered?.unreached_reasons)
  if (!isOne || !answered) throw new Unavailable('The answer is no approval')
  if (answered.digest !== digest || (id !== undefined && answered.id !== id)) {
    throw new Unavailable('The answer is the approval of something else')
  }
  return answered
}

/** A card whose turn has not come is on its way. */
function isUnreached({ reached, unreached_reasons }: AskedApproval): boolean {
  return reached === false && !unreached_reasons.every(({ reason }) => reason === 'waiting')
}

function whyNot(approval: AskedApproval): Error {
  const { status, review_notes, unreached_reasons } = approval
  const sentence = review_notes ?? `It is ${status}`
  if (status === 'denied') return new Denied(sentence, approval)
  if (status === 'withdrawn') return new Withdrawn(sentence, approval)
  if (status === 'expired' && approval.reached !== false) return new Expired(sentence, approval)
  const reasons = unreached_reasons.map(({ destination, reason }) => `${destination ?? 'nowhere'}: ${reason}`)
  return new Unreached(`Nobody is reached (${reasons.join(', ')})`, approval)
}

function alreadyRedeemed(): Refused {
  const detail = 'Already redeemed by this process: what was approved may run once'
  return new Refused({
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'already_redeemed',
    detail,
  })
}
