// Words what is wrong with a request's body as Discord does: by place, each with a code and a sentence.

import type { Answer } from '../faults.ts'

export type JsonObject = Record<string, unknown>

export interface Problem {
  /** From the body inwards. */
  at: (string | number)[]
  code: string
  message: string
}

export function invalidForm(problems: Problem[]): Answer {
  const errors: JsonObject = {}
  for (const { at, code, message } of problems) {
    let place = errors
    for (const step of at) {
      place[step] ??= {}
      place = place[step] as JsonObject
    }
    place._errors = [...((place._errors as unknown[]) ?? []), { code, message }]
  }
  return refused(400, 50035, 'Invalid Form Body', { errors })
}

/** A refusal in Discord's shape; the codes are those of its reference. */
export function refused(status: number, code: number, message: string, more: JsonObject = {}): Answer {
  return { status, body: { message, code, ...more } }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
