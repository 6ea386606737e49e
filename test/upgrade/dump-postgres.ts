// Writes the tables of a PostgreSQL database and their rows as a script that makes them anew.

import { Client } from 'pg'

interface Table {
  name: string
  columns: string[]
  definition: string
}

const TABLES = `
  select c.relname as name,
    array_agg(a.attname::text order by a.attnum) as columns,
    string_agg(format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E',\\n' order by a.attnum) as definition
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
  group by c.relname order by c.relname`

/** Keys and unique constraints before the foreign keys that need them; NOT NULL stands with the columns. */
const CONSTRAINTS = `
  select format('alter table %s add constraint %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid)) as line
  from pg_constraint
  where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'c', 'f')
  order by contype = 'f', conrelid::regclass::text, conname`

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u'))
  order by c.relname`

/** For a database with tables of the schema `public` alone, all of whose values have a text that reads back. */
export async function dumpPostgres(databaseUrl: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const lines = async (sql: string) =>
    (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line)
  try {
    const { rows: tables } = await client.query<Table>(TABLES)
    const made = tables.map(({ name, definition }) => `create table "${name}" (\n${definition}\n);`)
    const filled: string[] = []
    for (const table of tables) filled.push(...(await lines(insertsOf(table))))
    const parts = [made, filled, await lines(CONSTRAINTS), await lines(INDEXES)]
    return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`
  } finally {
    await client.end()
  }
}

function insertsOf({ name, columns }: Table): string {
  const values = columns.map((column) => `quote_nullable("${column}")`).join(', ')
  const into = `insert into "${name}" (${columns.map((column) => `"${column}"`).join(', ')})`
  return `select '${into} values (' || concat_ws(', ', ${values}) || ');' as line from "${name}" order by 1`
}
