// Defines what an operation returns: one of the answers that it declares, or a problem.

import type { z } from 'zod'
import type { Problem } from '../kit/problem.ts'
import type { Operation } from './operation.ts'

/** Header fields by name. */
type Headers = Readonly<Record<string, string>>

type BodyOf<Answer> = Answer extends { body: infer Schema extends z.ZodType } ? z.infer<Schema> : undefined

/** One of the declared statuses with the body that was declared for it. */
type Success<O extends Operation> = {
  [Status in keyof O['answers'] & number]: undefined extends BodyOf<O['answers'][Status]>
    ? { status: Status; body?: undefined; headers?: Headers }
    : { status: Status; body: BodyOf<O['answers'][Status]>; headers?: Headers }
}[keyof O['answers'] & number]

export interface ProblemResult {
  problem: Problem
  headers?: Headers
}

export type Result<O extends Operation> = Success<O> | ProblemResult

/** Of any operation. A text goes out as it is, everything else as JSON. */
export type AnyResult = { status: number; body?: unknown; headers?: Headers } | ProblemResult

/** What was looked for, or why there is none. */
export type Found<T> = { value: T } | ProblemResult

/** The compiler holds status and body against what the operation declares. */
export function answer<const Status extends number, const Body = undefined>(
  status: Status,
  body?: Body,
): { status: Status; body: Body }
export function answer(status: number, body?: unknown) {
  return { status, body }
}
