// Compiles a query once and then only fills in its values: Kysely takes longer over the SQL than SQLite over the query.

import type { Compilable, CompiledQuery, DialectAdapter, QueryResult } from 'kysely'
import type { Executor } from './database.ts'

/** Stands for a value in a query that is being built. */
class Placeholder {
  readonly valueIn: (parameters: unknown) => unknown
  constructor(valueIn: (parameters: unknown) => unknown) {
    this.valueIn = valueIn
  }
}

/** An object whose every member is the placeholder of the same member of what `find` finds in the parameters. */
function placeholders<Found extends object>(find: (parameters: unknown) => Found): Found {
  const get = (_target: unknown, name: PropertyKey) =>
    new Placeholder((parameters) => find(parameters)[name as keyof Found])
  return new Proxy<object>({}, { get }) as Found
}

/**
 * A query that is built and compiled at its first use on an engine, and then only filled in. `build` is given the
 * parameters by name, each to be used where its value belongs; it must not look at them. Once compiled, the
 * shape is fixed: null is a value like any other, but `=` never becomes `is`.
 */
export function compileOnce<Parameters extends object, Row>(
  build: (db: Executor, parameter: Parameters) => Compilable<Row>,
): (db: Executor, parameters: Parameters) => Promise<QueryResult<Row>> {
  return compiledWith(
    build,
    placeholders((parameters) => parameters as Parameters),
  )
}

/** The same for a list of rows in one statement: compiled once for each length, of which there are few. */
export function compileOncePerLength<Item extends object, Row>(
  build: (db: Executor, items: Item[]) => Compilable<Row>,
): (db: Executor, items: Item[]) => Promise<QueryResult<Row>> {
  const byLength = new Map<number, (db: Executor, items: Item[]) => Promise<QueryResult<Row>>>()
  return (db, items) => {
    const known = byLength.get(items.length)
    if (known) return known(db, items)
    const item = (_: unknown, index: number) =>
      placeholders((parameters) => (parameters as Item[])[index] as Item)
    const run = compiledWith(build, Array.from(items, item))
    byLength.set(items.length, run)
    return run(db, items)
  }
}

/** Longer lists are rare, and are compiled anew. */
const MOST_IDS = 8

/** The rows of some ids, each given once: none for none, and of a few, as a press needs them, compiled once. */
export function byIds<Row>(
  build: (db: Executor, ids: string[]) => Compilable<Row> & { execute(): Promise<Row[]> },
): (db: Executor, ids: string[]) => Promise<Row[]> {
  const ofFew = compileOncePerLength((db, items: { id: string }[]) =>
    build(
      db,
      items.map(({ id }) => id),
    ),
  )
  return async (db, ids) => {
    if (ids.length === 0) return []
    if (ids.length > MOST_IDS) return build(db, ids).execute()
    const few = ids.map((id) => ({ id }))
    return (await ofFew(db, few)).rows
  }
}

function compiledWith<Parameters, Row>(
  build: (db: Executor, parameter: Parameters) => Compilable<Row>,
  parameter: Parameters,
): (db: Executor, parameters: Parameters) => Promise<QueryResult<Row>> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>()

  function compiledFor(db: Executor): CompiledQuery<Row> {
    const { adapter } = db.getExecutor()
    const known = compiled.get(adapter)
    if (known) return known
    const query = build(db, parameter).compile()
    compiled.set(adapter, query)
    return query
  }

  return (db, parameters) => {
    const query = compiledFor(db)
    return db.executeQuery({
      ...query,
      parameters: query.parameters.map((value) =>
        value instanceof Placeholder ? value.valueIn(parameters) : value,
      ),
    })
  }
}

/**
 * The whole row, to insert it; a parameter cannot be spread, because it knows no names. Kysely takes a column that may
 * be null for one that may be left out, so the names are held to the row here: a list that misses one, or has one
 * twice, does not compile.
 */
export function columns<Row, const Names extends readonly (keyof Row)[]>(
  row: Row,
  ...names: Names & Exactly<Row, Names>
): Row {
  return Object.fromEntries(names.map((name) => [name, row[name as keyof Row]])) as Row
}

/** An error of the compiler names the column. */
type Exactly<Row, Names extends readonly unknown[]> = [Exclude<keyof Row, Names[number]>] extends [never]
  ? [Repeated<Names>] extends [never]
    ? unknown
    : { namedTwice: Repeated<Names> }
  : { missing: Exclude<keyof Row, Names[number]> }

type Repeated<Names extends readonly unknown[]> = Names extends readonly [infer First, ...infer Rest]
  ? Repeated<Rest> | (First extends Rest[number] ? First : never)
  : never
