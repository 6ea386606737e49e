// Checks the fields of a Slack block: a string's length, an object that must be there, a list's length.

import { isObject, type JsonObject } from './messages.ts'

export type Report = (at: string, problem: string) => void
export type Check = (value: JsonObject, at: string, report: Report) => void

/** An object that must be there. */
export function required(parent: JsonObject, name: string, check: Check, at: string, report: Report): void {
  const value = parent[name]
  if (isObject(value)) check(value, `${at}/${name}`, report)
  else report(at, `missing required field: ${name}`)
}

/** A string that must be there and not empty. */
export function requiredString(parent: JsonObject, name: string, at: string, report: Report): void {
  const value = parent[name]
  if (value === undefined) report(at, `missing required field: ${name}`)
  else shortString(value, Number.POSITIVE_INFINITY, `${at}/${name}`, report, 1)
}

/** A string that may be left out. */
export function shortString(value: unknown, max: number, at: string, report: Report, min = 0): void {
  if (value === undefined) return
  if (typeof value !== 'string') report(at, 'must be a string')
  else if (value.length > max) report(at, `must be less than ${max + 1} characters`)
  else if (value.length < min) report(at, `must be more than ${min - 1} characters`)
}

/** Each object of a list, with where it is. */
export function items(
  list: unknown,
  max: number,
  at: string,
  report: Report,
  min = 1,
): [JsonObject, string][] {
  if (!Array.isArray(list)) {
    report(at, 'must be an array')
    return []
  }
  if (list.length > max) report(at, `no more than ${max} items allowed`)
  if (list.length < min) report(at, `no fewer than ${min} items allowed`)
  return list.flatMap((item, index): [JsonObject, string][] => {
    if (isObject(item)) return [[item, `${at}/${index}`]]
    report(`${at}/${index}`, 'must be an object')
    return []
  })
}
