// Says where two actions differ, by paths such as `action.arguments.items[0].price`.

import type { Action } from '../../packages/client/src/action.ts'
import { canonicalJson } from '../kit/canonical-json.ts'

/** Nobody reads more. */
const MOST_PATHS = 20
const LONGEST_PATH = 200

/** In the order of the approved one, then what only the given one has. Empty: both have the same canonical form. */
export function differences(approved: Action, given: Action): string[] {
  const paths: string[] = []
  compare(whole(approved), whole(given), 'action', paths)
  return paths.slice(0, MOST_PATHS)
}

function whole({ tool, environment = null, arguments: args = {} }: Action): Record<string, unknown> {
  return { tool, environment, arguments: args }
}

function compare(one: unknown, other: unknown, path: string, paths: string[]): void {
  if (paths.length > MOST_PATHS) return
  if (Array.isArray(one) && Array.isArray(other)) {
    for (let at = 0; at < Math.max(one.length, other.length); at++) {
      const place = `${path}[${at}]`
      if (at >= one.length || at >= other.length) note(place, paths)
      else compare(one[at], other[at], place, paths)
    }
  } else if (isObject(one) && isObject(other)) {
    for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const place = join(path, name)
      if (!Object.hasOwn(one, name) || !Object.hasOwn(other, name)) note(place, paths)
      else compare(one[name], other[name], place, paths)
    }
  } else if (canonicalJson(one) !== canonicalJson(other)) note(path, paths)
}

function note(path: string, paths: string[]): void {
  paths.push(path.slice(0, LONGEST_PATH))
}

function join(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`
  return `${path}.${name}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
