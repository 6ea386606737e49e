// Defines a tool: what a model reads of it, what it takes, and what it does as the key that called.

import type { z } from 'zod'
import type { Operation } from '../api/operation.ts'
import type { Found, ProblemResult, Result } from '../api/result.ts'
import { invalid, validated } from '../api/validated.ts'
import type { KeyPrincipal } from '../identity/principal.ts'
import type { ToolPatience } from './patience.ts'
import type { ToolResult } from './tool-result.ts'

export interface Tool {
  name: string
  title: string
  /** For a model. */
  description: string
  input: z.ZodObject
  /** Absent: its text is all that it answers. */
  output?: z.ZodObject
  annotations: Annotations
  /** It may wait for people. */
  waits: boolean
  run(args: Record<string, unknown>, call: ToolCall): Promise<ToolResult | ProblemResult>
}

/** Hints of the protocol, all of which are said: what is left out is taken for the worst. */
interface Annotations {
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
}

export interface ToolCall {
  caller: KeyPrincipal
  patience: ToolPatience
  /** Aborted when nobody waits for the answer any more, and when the server stops. */
  gone: AbortSignal
  /** Performs an operation of the API as the caller, with all that is checked there. */
  perform<const O extends Operation>(operation: O, asked: Asking): Promise<Found<Told<O>>>
}

export interface Asking {
  id?: string
  query?: Record<string, string>
  body?: unknown
  idempotencyKey?: string | undefined
}

/** What an operation answers when it is no problem. */
export type Told<O extends Operation> = Extract<Result<O>, { status: number }>['body']

/** Its arguments are what `input` takes, as they came. */
export function defineTool<Schema extends z.ZodObject>(
  declared: Omit<Tool, 'run' | 'input' | 'waits'> & { input: Schema; waits?: true },
  run: (args: z.input<Schema>, call: ToolCall) => Promise<ToolResult | ProblemResult>,
): Tool {
  const { input, waits = false } = declared
  return {
    ...declared,
    waits,
    async run(args, call) {
      const valid = validated<unknown>(input, args)
      return 'mistakes' in valid ? invalid(valid.mistakes) : run(args as z.input<Schema>, call)
    },
  }
}
