// Finds what a file imports and whether it may: pure functions over source text, for the tests of the rules.

import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { KEPT_PACKAGES, type Reach, ROOMS } from './rooms.ts'

/** Text by path from the project's root. */
export type Sources = Record<string, string>

interface Import {
  /** undefined: an `import()` of what is not written out. */
  specifier: string | undefined
  typeOnly: boolean
}

/** A sentence for each import that crosses rooms where it may not; none when all is well. */
export function importViolations(sources: Sources): string[] {
  return everyImport(sources).flatMap(({ file, specifier, typeOnly }) => {
    const complaint = complaintAbout(file, specifier, typeOnly)
    return complaint ? [`${file}: ${complaint}`] : []
  })
}

/** The packages that are loaded, as `@scope/name` or `name`; those whose types alone are named are left out. */
export function packagesIn(sources: Sources): Set<string> {
  const specifiers = everyImport(sources).flatMap(({ specifier = '.', typeOnly }) =>
    typeOnly || /^(\.|node:)/.test(specifier) ? [] : [specifier],
  )
  return new Set(specifiers.map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier))
}

/** Each circle of files that import one another, types included, as `a → b → a`. */
export function fileCircles(sources: Sources): string[] {
  return circles(targetsOf(sources, (file) => file))
}

/** The same of rooms. */
export function roomCircles(sources: Sources): string[] {
  return circles(targetsOf(sources, (file) => roomOf(file) ?? file))
}

/** What each imports beside itself; `nameOf` says what a file counts as. */
function targetsOf(sources: Sources, nameOf: (file: string) => string): Map<string, string[]> {
  const targets = new Map<string, string[]>()
  for (const { file, specifier } of everyImport(sources)) {
    if (!specifier?.startsWith('.')) continue
    const [from, to] = [nameOf(file), nameOf(resolved(file, specifier))]
    if (from !== to) targets.set(from, [...(targets.get(from) ?? []), to])
  }
  return targets
}

function circles(targets: Map<string, string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (name: string, path: string[]): void => {
    const start = path.indexOf(name)
    if (start >= 0) found.push([...path.slice(start), name].join(' → '))
    if (start >= 0 || done.has(name)) return
    for (const next of targets.get(name) ?? []) visit(next, [...path, name])
    done.add(name)
  }
  for (const name of targets.keys()) visit(name, [])
  return found
}

/** The room that a file belongs to, for example `approvals` or `platforms/slack`; undefined: none. */
export function roomOf(file: string): string | undefined {
  for (const [name, { at }] of Object.entries(ROOMS)) {
    const parent = posix.dirname(at)
    if (!at.endsWith('/*')) {
      if (file === at || file.startsWith(`${at}/`)) return name
    } else if (file.startsWith(`${parent}/`)) {
      const [folder, ...rest] = posix.relative(parent, file).split('/')
      if (folder && rest.length > 0) return name.replace('*', folder)
    }
  }
}

function complaintAbout(file: string, specifier: string | undefined, typeOnly: boolean): string | undefined {
  if (specifier === undefined) return 'computes what it imports, which cannot be checked'
  if (specifier.startsWith('.')) return complaintAboutRoom(file, resolved(file, specifier), typeOnly)
  return complaintAboutPackage(file, specifier)
}

function complaintAboutRoom(file: string, target: string, typeOnly: boolean): string | undefined {
  const from = roomOf(file)
  const to = roomOf(target)
  if (from === undefined) return 'is in no room'
  if (to === undefined) return `imports ${target}, which is in no room`
  if (from === to) return undefined
  const { imports } = ruleOf(from)
  if (imports === 'everything') return undefined
  const reach = imports.find((candidate) => covers(candidate, to))
  if (reach === undefined) return `${from} may not import ${to} (${target})`
  if (typeof reach === 'object' && reach.types && !typeOnly)
    return `${from} may import only types of ${to} (${target})`
  const rule = ruleOf(to)
  const doors = (typeof reach === 'object' && reach.only) || rule.doors
  if (doors && !doors.includes(posix.relative(rule.at, target)))
    return `${target} is not a door of ${to} for ${from}`
}

function complaintAboutPackage(file: string, specifier: string): string | undefined {
  const room = roomOf(file)
  for (const [pattern, rooms] of Object.entries(KEPT_PACKAGES)) {
    const prefix = pattern.replace('*', '')
    const matches =
      prefix === pattern ? `${specifier}/`.startsWith(`${prefix}/`) : specifier.startsWith(prefix)
    if (matches && !rooms.includes(room ?? '')) return `${specifier} stays in ${rooms.join(' and ')}`
  }
}

function ruleOf(room: string) {
  const rule = ROOMS[room] ?? ROOMS[`${posix.dirname(room)}/*`]
  if (!rule) throw new Error(`no rule for the room ${room}`)
  return rule
}

function covers(reach: Reach, room: string): boolean {
  const name = typeof reach === 'string' ? reach : reach.room
  return ruleOf(name) === ruleOf(room)
}

function resolved(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier)
}

/** Parsed once, however many rules look at it. */
const known = new WeakMap<Sources, (Import & { file: string })[]>()

function everyImport(sources: Sources): (Import & { file: string })[] {
  const imports =
    known.get(sources) ??
    Object.entries(sources).flatMap(([file, text]) =>
      importsOf(file, text).map((found) => ({ file, ...found })),
    )
  known.set(sources, imports)
  return imports
}

function importsOf(file: string, text: string): Import[] {
  const { module, program, errors } = parseSync(file, text)
  if (errors[0]) throw new Error(`${file}: ${errors[0].message}`)
  const found: Import[] = []
  for (const { moduleRequest, entries } of module.staticImports)
    found.push({ specifier: moduleRequest.value, typeOnly: allTypes(entries) })
  for (const { entries } of module.staticExports) {
    const specifier = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value
    if (specifier !== undefined) found.push({ specifier, typeOnly: allTypes(entries) })
  }
  new Visitor({
    ImportExpression({ source }) {
      const known = source.type === 'Literal' && typeof source.value === 'string'
      found.push({ specifier: known ? String(source.value) : undefined, typeOnly: false })
    },
    TSImportType({ source }) {
      found.push({ specifier: source.value, typeOnly: true })
    },
  }).visit(program)
  return found
}

function allTypes(entries: { isType: boolean }[]): boolean {
  return entries.length > 0 && entries.every(({ isType }) => isType)
}
