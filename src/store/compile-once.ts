// Must Kysely write the same SQL again? It takes longer over it than SQLite over the query: once is enough.

import type { Compilable, CompiledQuery, DialectAdapter, QueryResult } from 'kysely'
import type { Executor } from './database.ts'

/** Stands for a value in a query that is being built. */
class Placeholder {
  readonly name: PropertyKey
  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * A query that is built and compiled at its first use on an engine, and then only filled in. `build` is given the
 * parameters by name, each to be used where its value belongs; it must not look at them. Once compiled, the
 * shape is fixed: null is a value like any other, but `=` never becomes `is`.
 */
export function compileOnce<Parameters extends object, Row>(
  build: (db: Executor, parameter: Parameters) => Compilable<Row>,
): (db: Executor, parameters: Parameters) => Promise<QueryResult<Row>> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>()
  const parameter = new Proxy({} as Parameters, { get: (_target, name) => new Placeholder(name) })

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
        value instanceof Placeholder ? parameters[value.name as keyof Parameters] : value,
      ),
    })
  }
}

/** The named members, as a row to insert; a parameter cannot be spread, because it knows no names. */
export function columns<Row, Name extends keyof Row>(row: Row, ...names: Name[]): Pick<Row, Name> {
  return Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<Row, Name>
}
