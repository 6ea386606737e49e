// Compares two texts of a policy rule by rule: what is new, gone, changed or in another place.

import { readTree, type Tree } from './yaml-tree.ts'

/** In the words of the policy; null: it is not there. */
export interface Changed {
  path: string
  before: string | null
  after: string | null
}

export type Difference =
  | { kind: 'added' | 'removed' | 'changed'; rule: string; changes: Changed[] }
  /** From 1, in the order of before and after. */
  | { kind: 'moved'; rule: string; from: number; to: number }
  /** Of what stands beside the rules. */
  | { kind: 'policy'; changes: Changed[] }

interface Shape {
  beside: Map<string, string>
  /** By its name in lower case. */
  rules: Map<string, { name: string; place: number; fields: Map<string, string> }>
}

/** Both are policies as `readPolicy` takes them. Empty: they mean the same, whatever their comments and layout. */
export function comparePolicies(before: string, after: string): Difference[] {
  const [old, wanted] = [shapeOf(before), shapeOf(after)]
  const beside = changesIn(old.beside, wanted.beside)
  const added = [...wanted.rules].filter(([key]) => !old.rules.has(key))
  const removed = [...old.rules].filter(([key]) => !wanted.rules.has(key))
  const kept = [...wanted.rules].flatMap(([key, rule]) => {
    const was = old.rules.get(key)
    return was ? [{ was, rule, changes: changesIn(was.fields, rule.fields) }] : []
  })
  const stay = longestRising(kept.map(({ was }) => was.place))
  return [
    ...(beside.length > 0 ? [{ kind: 'policy' as const, changes: beside }] : []),
    ...removed.map(([, { name, fields }]) => {
      return { kind: 'removed' as const, rule: name, changes: changesIn(fields, new Map()) }
    }),
    ...added.map(([, { name, fields }]) => {
      return { kind: 'added' as const, rule: name, changes: changesIn(new Map(), fields) }
    }),
    ...kept
      .filter(({ changes }) => changes.length > 0)
      .map(({ rule, changes }) => ({ kind: 'changed' as const, rule: rule.name, changes })),
    ...kept
      .filter(({ was }) => !stay.has(was.place))
      .map(({ was, rule }) => ({ kind: 'moved' as const, rule: rule.name, from: was.place, to: rule.place })),
  ]
}

function shapeOf(text: string): Shape {
  const read = readTree(text)
  const shape: Shape = { beside: new Map(), rules: new Map() }
  if ('mistakes' in read || read.tree.kind !== 'map') return shape
  for (const { name, value } of read.tree.entries) {
    if (name !== 'rules' || value.kind !== 'list') flatten(name, value, shape.beside)
    else for (const [index, rule] of value.items.entries()) addRule(shape, rule, index + 1)
  }
  return shape
}

function addRule({ rules }: Shape, tree: Tree, place: number): void {
  const fields = new Map<string, string>()
  flatten('', tree, fields)
  const name = JSON.parse(fields.get('name') ?? '""')
  fields.delete('name')
  rules.set(name.toLowerCase(), { name, place, fields })
}

/** A list is one value: what matters of it is the whole. */
function flatten(path: string, tree: Tree, fields: Map<string, string>): void {
  if (tree.kind !== 'map' || tree.entries.length === 0) fields.set(path, written(tree))
  else {
    for (const { name, value } of tree.entries) {
      flatten(path === '' ? name : `${path}.${name}`, value, fields)
    }
  }
}

/** As one line of YAML; texts are JSON. */
function written(tree: Tree): string {
  switch (tree.kind) {
    case 'map':
      return `{${tree.entries.map(({ name, value }) => `${name}: ${written(value)}`).join(', ')}}`
    case 'list':
      return `[${tree.items.map(written).join(', ')}]`
    case 'text':
      return JSON.stringify(tree.text)
    case 'number':
      return tree.written
    case 'boolean':
      return String(tree.value)
    case 'nothing':
      return 'null'
  }
}

function changesIn(before: Map<string, string>, after: Map<string, string>): Changed[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])]
  return paths
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
    .filter((change) => change.before !== change.after)
}

/** As many of different numbers as rise from left to right: the rules that stay where they are. */
function longestRising(numbers: number[]): Set<number> {
  const best: number[][] = []
  for (const number of numbers) {
    let longest: number[] = []
    for (const run of best) if ((run.at(-1) ?? 0) < number && run.length > longest.length) longest = run
    best.push([...longest, number])
  }
  return new Set(best.reduce((longest, run) => (run.length > longest.length ? run : longest), []))
}
