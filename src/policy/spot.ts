// Reads one place of a policy's tree at a time, and collects what is wrong with it in words.

import { closest } from '../kit/closest.ts'
import { identifier, setApart } from '../kit/identifier.ts'
import type { Tree } from './yaml-tree.ts'

export interface PolicyMistake {
  /** The name of the rule that it is in; null: in none, or in one without a name. */
  rule: string | null
  /** Such as `rules[2].match.tools`. */
  path: string
  /** From 1; null: of the whole. */
  line: number | null
  /** Says by itself what is wrong where, such as `match.tools must be a list such as ["payments.*"]`. */
  message: string
}

/** A place: what is there, how it is called, and where mistakes are collected. */
export interface Spot {
  tree: Tree
  path: string
  /** The same within its rule. */
  shown: string
  rule: string | null
  mistakes: PolicyMistake[]
  /** The line of each place that was read, by its path. */
  lines: Map<string, number>
}

/** What is said of a field by its name, where there is none of that name. */
export type Hints = ReadonlyMap<string, string>

export function hintsOf(...hints: [hint: string, names: readonly string[]][]): Hints {
  return new Map(hints.flatMap(([hint, names]) => names.map((name) => [name, hint] as const)))
}

/** Always undefined, so that a reader can return it. */
export function wrong(spot: Spot, message: string, line = spot.tree.line): undefined {
  const { rule, path, shown, mistakes } = spot
  mistakes.push({ rule, path, line, message: shown === '' ? message : `${shown} ${message}` })
}

/** The fields that are there, by name. `hints`: what is said of a field that does not belong here. */
export function fieldsOf<Name extends string>(
  spot: Spot,
  names: readonly Name[],
  example: string,
  hints?: Hints,
): Partial<Record<Name, Spot>> | undefined {
  const { tree } = spot
  if (tree.kind !== 'map') return wrong(spot, `must be an object such as ${example}`)
  const fields: Partial<Record<Name, Spot>> = {}
  for (const { name, line, value } of tree.entries) {
    const known = names.find((one) => one === name)
    if (known === undefined) unknownField(spot, name, line, names, hints)
    else fields[known] = within(spot, name, value)
  }
  return fields
}

function unknownField(spot: Spot, name: string, line: number, names: readonly string[], hints?: Hints): void {
  const meant = closest(name, names)
  const hint = hints?.get(name.toLowerCase()) ?? (meant === undefined ? undefined : `did you mean ${meant}?`)
  const field = setApart(identifier(name.slice(0, 80)))
  const { rule, path, shown, mistakes } = spot
  const message = `${join(shown, field)} is an unknown field${hint === undefined ? '' : ` (${hint})`}`
  mistakes.push({ rule, path: join(path, field), line, message })
}

/** The place of a field. */
export function within(spot: Spot, name: string, tree: Tree): Spot {
  const part = /^\w+$/.test(name) ? name : `[${JSON.stringify(name)}]`
  return at({ ...spot, tree, path: join(spot.path, part), shown: join(spot.shown, part) })
}

function at(spot: Spot): Spot {
  spot.lines.set(spot.path, spot.tree.line)
  return spot
}

function join(around: string, part: string): string {
  return around === '' || part.startsWith('[') ? around + part : `${around}.${part}`
}

/** Each entry that can be read; `most`: of entries. */
export function listOf<T>(
  spot: Spot,
  { most, example, least = 1 }: { most: number; example: string; least?: number },
  read: (entry: Spot) => T | undefined,
): T[] | undefined {
  const { tree } = spot
  if (tree.kind !== 'list') return wrong(spot, `must be a list such as ${example}`)
  if (tree.items.length < least) return wrong(spot, `must not be empty: leave it out, or give ${example}`)
  if (tree.items.length > most) return wrong(spot, `must have at most ${most} entries`)
  return tree.items.flatMap((item, index) => {
    const place = `[${index}]`
    const value = read(at({ ...spot, tree: item, path: spot.path + place, shown: spot.shown + place }))
    return value === undefined ? [] : [value]
  })
}

/** Of a fixed list, in lower case. */
export function wordOf<Word extends string>(spot: Spot, words: readonly Word[]): Word | undefined {
  const { tree } = spot
  const word = tree.kind === 'text' ? words.find((one) => one === tree.text.toLowerCase()) : undefined
  if (word !== undefined) return word
  const last = words.at(-1)
  const others = words.slice(0, -1).join(', ')
  return wrong(spot, `must be ${others === '' ? last : `${others} or ${last}`}`)
}

/** Words of a fixed list, each once. */
export function wordsOf<Word extends string>(spot: Spot, words: readonly Word[]): Word[] | undefined {
  const found = listOf(spot, { most: words.length, least: 0, example: `[${words[0]}]` }, (entry) =>
    wordOf(entry, words),
  )
  return found && [...new Set(found)]
}

export function wholeNumberOf(spot: Spot, from: number, to: number): number | undefined {
  const { tree } = spot
  const number = tree.kind === 'number' && /^\d{1,9}$/.test(tree.written) ? Number(tree.written) : undefined
  if (number !== undefined && number >= from && number <= to) return number
  return wrong(spot, `must be a whole number from ${from} to ${to}`)
}

export function flagOf(spot: Spot): boolean | undefined {
  return spot.tree.kind === 'boolean' ? spot.tree.value : wrong(spot, 'must be true or false')
}

/** What people read in one line: all of it visible, with single blanks between. */
const ONE_LINE = /^[^\p{C}\p{Z}\p{DI}]+(?: [^\p{C}\p{Z}\p{DI}]+)*$/u

export function isOneLine(text: string): boolean {
  return ONE_LINE.test(text)
}

/** `max`: characters. */
export function lineOf(spot: Spot, max: number, example: string): string | undefined {
  const { tree } = spot
  if (tree.kind !== 'text') return wrong(spot, `must be a text such as ${example}`)
  if (tree.text === '') return wrong(spot, 'must not be empty')
  if ([...tree.text].length > max) return wrong(spot, `must have at most ${max} characters`)
  return isOneLine(tree.text)
    ? tree.text
    : wrong(spot, 'must be one line of visible characters, with single blanks between')
}
