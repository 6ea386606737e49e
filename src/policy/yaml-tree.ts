// Reads YAML, and JSON with it, into a plain tree with line numbers, in which every number is as it was written.

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml'
import { MAX_POLICY_BYTES } from './policy.ts'

/** `line`: from 1. */
export type Tree = { line: number } & (
  | { kind: 'map'; entries: { name: string; line: number; value: Tree }[] }
  | { kind: 'list'; items: Tree[] }
  | { kind: 'text'; text: string }
  | { kind: 'number'; written: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'nothing' }
)

export interface TreeMistake {
  line: number | null
  message: string
}

/** A policy of the longest list of rules has a tenth; a text of nothing but signs takes the parser seconds. */
const MOST_TOKENS = 100_000
const MOST_DEPTH = 64
const MOST_NAMED = 20

const REFUSED = {
  tag: 'a tag such as !!str is not possible here: put a text in quotes',
  anchor: 'an anchor (&) is not possible here: write it out',
  alias:
    'an alias (*) is not possible here: write it out, and put a pattern that begins with a star in quotes',
  depth: `it is nested more than ${MOST_DEPTH} levels deep`,
  name: 'the name of a field must be a text',
}

/** YAML 1.2 in its core schema: one document, no name twice, and nothing that stands for something else. */
export function readTree(text: string): { tree: Tree } | { mistakes: TreeMistake[] } {
  const refused = refusedAtOnce(text)
  if (refused !== undefined) return { mistakes: [{ line: null, message: refused }] }
  const lines = new LineCounter()
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
    // At `silent` it would read the first of several documents and say nothing.
    logLevel: 'error',
    lineCounter: lines,
  })
  const mistakes = mistakesOf(document, lines)
  if (mistakes.length > 0) return { mistakes }
  const { contents } = document
  if (contents === null) return { mistakes: [{ line: null, message: 'the policy is empty' }] }
  const tree = treeOf(contents as ParsedNode, 1, { lines, mistakes })
  return mistakes.length > 0 ? { mistakes: mistakes.slice(0, MOST_NAMED) } : { tree }
}

function refusedAtOnce(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) return 'the policy has more than 256 KB'
  if (!text.isWellFormed() || text.includes('\0')) return 'the policy holds half a character, or a NUL'
  let tokens = 0
  let depth = 0
  for (const token of new Lexer().lex(text)) {
    tokens += 1
    if (token === '[' || token === '{') depth += 1
    if (token === ']' || token === '}') depth -= 1
    if (tokens > MOST_TOKENS) return `the policy has more than ${MOST_TOKENS} words and signs`
    if (depth > MOST_DEPTH) return REFUSED.depth
  }
  return undefined
}

function mistakesOf({ errors, warnings, directives }: Document.Parsed, lines: LineCounter): TreeMistake[] {
  const mistakes = [...errors, ...warnings].map(({ code, message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    message:
      code === 'MULTIPLE_DOCS' ? 'the policy must be one document' : `this is not valid YAML: ${message}`,
  }))
  const hasDirective = directives.yaml.explicit === true || Object.keys(directives.tags).length > 1
  if (hasDirective) mistakes.push({ line: 1, message: 'a directive such as %YAML is not possible here' })
  return mistakes.slice(0, MOST_NAMED)
}

interface Walk {
  lines: LineCounter
  mistakes: TreeMistake[]
}

function treeOf(node: ParsedNode | null, depth: number, walk: Walk): Tree {
  const line = walk.lines.linePos(node?.range[0] ?? 0).line
  const refuse = (why: keyof typeof REFUSED): Tree => {
    walk.mistakes.push({ line, message: REFUSED[why] })
    return { kind: 'nothing', line }
  }
  if (depth > MOST_DEPTH) return refuse('depth')
  if (isAlias(node)) return refuse('alias')
  if (node?.anchor !== undefined) return refuse('anchor')
  if (node?.tag !== undefined) return refuse('tag')
  if (isSeq(node)) {
    return {
      kind: 'list',
      line,
      items: node.items.map((item) => treeOf(item as ParsedNode, depth + 1, walk)),
    }
  }
  if (!isMap(node)) return leafOf(node as Scalar | null, line)
  const seen = new Set<string>()
  const entries = node.items.flatMap((pair) => {
    const key = pair.key as ParsedNode
    const name = nameOf(key)
    if (name === undefined) return refuse('name') && []
    const at = walk.lines.linePos(key.range[0]).line
    if (seen.has(name)) walk.mistakes.push({ line: at, message: `${JSON.stringify(name)} is there twice` })
    seen.add(name)
    return { name, line: at, value: treeOf(pair.value as ParsedNode | null, depth + 1, walk) }
  })
  return { kind: 'map', line, entries }
}

function nameOf(key: ParsedNode | null): string | undefined {
  if (!isScalar(key) || key.anchor !== undefined || key.tag !== undefined) return undefined
  return typeof key.value === 'string' ? key.value : key.source
}

function leafOf(node: Scalar | null, line: number): Tree {
  const value = node?.value
  if (typeof value === 'string') return { kind: 'text', line, text: value }
  if (typeof value === 'boolean') return { kind: 'boolean', line, value }
  if (typeof value === 'number') return { kind: 'number', line, written: node?.source ?? String(value) }
  return { kind: 'nothing', line }
}
