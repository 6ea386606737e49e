// Keeps each answer that left a server, to be held against what is there afterwards.

import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ApprovalView, Verdict } from '../../src/approvals/view.ts'

/** One thing that an agent wants to know, asked with the same Idempotency-Key until there is an answer. */
export interface Question {
  idempotencyKey: string
  agentKey: string
  body: Record<string, unknown>
  /** The approval that the answers named. */
  approvalId?: string
}

/** A vote by the API, with its Idempotency-Key; `accepted` is the last answer, absent when none came. */
export interface Vote {
  idempotencyKey: string
  approvalId: string
  verdict: Verdict
  accepted?: boolean
}

/** A press of a button that was answered with 200. */
export interface AnsweredPress {
  approvalId: string
  triggerId: string
}

/** What was asked once more and approved meanwhile runs with that answer. */
type Asked = ApprovalView & { receipt?: string }

export interface Ledger {
  questions: Question[]
  votes: Vote[]
  presses: AnsweredPress[]
  /** The first view of each closed approval that anybody was given. */
  closed: Map<string, ApprovalView>
  /** The receipt of each approval that anybody was given. */
  receipts: Map<string, string>
  /** Answers that contradict earlier ones or should never come, in words. */
  problems: string[]
  question(agentKey: string, expiresInSeconds: number): Question
  /** To be asked before a request, so that its answer can be told from an older one. */
  knows(approvalId: string): boolean
  answered(question: Question, status: number, answer: Asked, knewBefore: boolean): void
  /** `knewBefore`: it was known to be closed before this answer was asked for. */
  saw(view: ApprovalView, knewBefore?: boolean): void
}

export function openLedger(): Ledger {
  const closed = new Map<string, ApprovalView>()
  const receipts = new Map<string, string>()
  const problems: string[] = []
  const questions: Question[] = []

  function saw(view: ApprovalView, knewBefore = false): void {
    const before = closed.get(view.id)
    if (view.status === 'pending') {
      if (knewBefore) problems.push(`${view.id} was ${before?.status} and is pending again`)
    } else if (!before) {
      closed.set(view.id, view)
    } else if (!isDeepStrictEqual(closingOf(before), closingOf(view))) {
      problems.push(`${view.id} changed: ${JSON.stringify(before)} → ${JSON.stringify(view)}`)
    }
  }

  return {
    questions,
    votes: [],
    presses: [],
    closed,
    receipts,
    problems,
    question(agentKey, expiresInSeconds) {
      const idempotencyKey = randomUUID()
      const body = {
        agent: { id: 'agent-1', name: 'Refund agent' },
        action: { tool: 'stripe.refund', arguments: { order: idempotencyKey } },
        metadata: { question: idempotencyKey },
        expires_in_seconds: expiresInSeconds,
      }
      const question: Question = { idempotencyKey, agentKey, body }
      questions.push(question)
      return question
    },
    knows: (approvalId) => closed.has(approvalId),
    answered(question, status, { receipt, ...view }, knewBefore) {
      if (status !== 200 && status !== 201) {
        problems.push(`a question was answered ${status}: ${JSON.stringify(view)}`)
        return
      }
      const before = question.approvalId
      if (before !== undefined && before !== view.id) problems.push(`one question: ${before} and ${view.id}`)
      if (before !== undefined && status === 201) problems.push(`${view.id} was made twice`)
      question.approvalId = view.id
      if (receipt !== undefined) {
        if ((receipts.get(view.id) ?? receipt) !== receipt) problems.push(`${view.id} has two receipts`)
        receipts.set(view.id, receipt)
      }
      saw(view, knewBefore)
    },
    saw,
  }
}

/** A grant is used or taken back after the closing. */
function closingOf({ grant: _, ...closing }: ApprovalView): unknown {
  return closing
}
