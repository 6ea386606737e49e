// Checks the texts, lists, numbers and addresses in a request's body as Discord does.

import { isObject, type JsonObject, type Problem } from './form-errors.ts'

export type At = Problem['at']

/** Gathers what is wrong; everything absent is fine unless it is `required`. */
export function createFormCheck(problems: Problem[]) {
  function report(at: At, code: string, message: string): void {
    problems.push({ at, code, message })
  }

  const check = {
    report,

    required(value: unknown, at: At): boolean {
      const isMissing = value === undefined || value === null || value === ''
      if (isMissing) report(at, 'BASE_TYPE_REQUIRED', 'This field is required')
      return !isMissing
    },

    /** Counted in UTF-16 units, the strictest reading of "characters". */
    text(value: unknown, max: number, at: At): void {
      if (value === undefined || value === null) return
      if (typeof value !== 'string') report(at, 'STRING_TYPE_CONVERT', 'Could not interpret as string.')
      else if (value.length > max) report(at, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
    },

    /** The objects of a list, each with where it stands. */
    list(value: unknown, max: number, at: At): [JsonObject, At][] {
      if (value === undefined || value === null) return []
      if (!Array.isArray(value)) {
        report(at, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType')
        return []
      }
      if (value.length > max) report(at, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
      return value.flatMap((item, index): [JsonObject, At][] => {
        if (isObject(item)) return [[item, [...at, index]]]
        report([...at, index], 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType')
        return []
      })
    },

    number(value: unknown, max: number, at: At): void {
      if (value === undefined || value === null) return
      if (!Number.isInteger(value)) report(at, 'NUMBER_TYPE_COERCE', `Value "${value}" is not int.`)
      else if ((value as number) > max || (value as number) < 0)
        report(at, 'NUMBER_TYPE_MAX', `int value should be less than or equal to ${max}.`)
    },

    url(value: unknown, max: number, at: At): void {
      check.text(value, max, at)
      if (typeof value !== 'string') return
      const url = URL.parse(value)
      if (url && !/^(https?|discord):$/.test(url.protocol)) {
        const schemes = "('http', 'https', 'discord')"
        report(at, 'URL_TYPE_INVALID_SCHEME', `Scheme is not supported. Scheme must be one of ${schemes}.`)
      } else if (!url || !/[.:]/.test(url.hostname)) {
        report(at, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.')
      }
    },
  }
  return check
}

export type FormCheck = ReturnType<typeof createFormCheck>
