// Makes the requests of somebody who means harm, or means nothing, around a documented operation.

import fc from 'fast-check'
import { type Documented, SANE_BODIES } from './operations.ts'

export interface HostileRequest {
  /** The operation that it is aimed at; undefined: none. */
  target: Documented | undefined
  caller: string
  method: string
  path: string
  headers: Record<string, string>
  body: string | Uint8Array
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']
const JSON_TYPE = 'application/json'
const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  '/',
  'multipart/form-data',
]

/** JSON as text, because a value could not hold most of it. */
const FRAGMENTS = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1e308',
    '1e-400',
    '1e999',
    '9007199254740993',
    '0.1',
    'NaN',
    '01',
    '+1',
  ],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\uffff\\u202e"',
    "'x'",
    '"\u0001"',
  ],
  ...[
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[{}]',
    '{"":""}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"toString":1}',
  ],
  ...[
    '{"__proto__":{"roles":["admin"]}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"__proto__":null}',
    '"__proto__"',
  ],
  ...[
    '"apr_00000000000000000000000000"',
    '"<!channel> <@U1> *b* `c`"',
    '"2026-01-01T00:00:00Z"',
    '"%s%n{{y}}"',
  ],
  ...[20, 40, 5_000, 120_000].map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`,
  ...[90, 300, 2_100, 70_000, 300_000].map((length) => JSON.stringify('x'.repeat(length))),
  JSON.stringify('😀'.repeat(1_000)),
  JSON.stringify('&<>'.repeat(600)),
  `[${Array(2_000).fill('1').join()}]`,
  `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
]

const IDS = [
  '..',
  '.',
  '%00',
  '%ff',
  '%2e%2e%2f',
  '%',
  '%E0%A4%A',
  'apr_',
  'null',
  '-1',
  "'%20or%201=1",
  '*',
  ':id',
]
const QUERY_VALUES = [
  '',
  '-1',
  '0',
  '1.5',
  '1e9',
  '99999999999999999999',
  '%00',
  '%ff',
  '[]',
  'null',
  '%F0%9F%98%80',
  '201',
]
const QUERY_NAMES = ['__proto__', 'constructor', 'limit[]', 'limit[a]', 'a'.repeat(3_000), '%00', 'Limit', '']

const fragment = fc.oneof(
  fc.constantFrom(...FRAGMENTS),
  fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => JSON.stringify(text)),
)

/** Stands in a path for the id of a thing that exists when the request is sent. */
export const EXISTING = 'EXISTING'

/** `callers`: the roles, and who else may call. Mostly one who may, for the others learn little. */
export function hostileRequests(operations: Documented[], callers: string[]) {
  // Those that take a body can go wrong in more ways.
  const often = operations.flatMap((one) => (SANE_BODIES[one.id] ? [one, one, one] : [one]))
  const aimed = fc.constantFrom(...often).chain((target) =>
    fc.record<HostileRequest>({
      target: fc.constant(target),
      caller: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...(target.roles.length > 0 ? target.roles : callers)) },
        { weight: 1, arbitrary: fc.constantFrom(...callers) },
      ),
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(target.method) },
        { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
      ),
      path: pathOf(target),
      headers: headers(),
      body: bodyOf(target),
    }),
  )
  const stray = fc.record<HostileRequest>({
    target: fc.constant(undefined),
    caller: fc.constantFrom(...callers),
    method: fc.constantFrom(...METHODS),
    path: fc.webPath().map((path) => `/v1${path}//..%2f`),
    headers: headers(),
    body: fragment,
  })
  return fc.oneof({ weight: 20, arbitrary: aimed }, { weight: 1, arbitrary: stray })
}

function pathOf({ path, details }: Documented): fc.Arbitrary<string> {
  const id = fc.oneof(
    { weight: 4, arbitrary: fc.constant(EXISTING) },
    { weight: 1, arbitrary: fc.constantFrom(...IDS) },
    {
      weight: 1,
      arbitrary: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).map(encodeURIComponent),
    },
  )
  const names = ((details.parameters ?? []) as { in: string; name: string }[])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name)
  const parameter = fc.tuple(
    fc.oneof(fc.constantFrom(...names, ...QUERY_NAMES), fc.string().map(encodeURIComponent)),
    fc.oneof(fc.constantFrom(...QUERY_VALUES), fc.string().map(encodeURIComponent)),
  )
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.array(parameter, { minLength: 1, maxLength: 4 }).map((pairs) => {
        // A patience that is valid would be granted.
        const patient = (name: string, value: string) => name === 'wait_seconds' && /^\d{1,2}$/.test(value)
        return `?${pairs.map(([name, value]) => (patient(name, value) ? '' : `${name}=${value}`)).join('&')}`
      }),
    },
  )
  return fc
    .tuple(id, id, query)
    .map(([one, person, search]) => path.replace('{id}', one).replace('{person_id}', person) + search)
}

function headers(): fc.Arbitrary<Record<string, string>> {
  const rare = (arbitrary: fc.Arbitrary<string>) =>
    fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
  const visible = fc.stringMatching(/^[ -~]{1,300}$/)
  return fc
    .record({
      'content-type': rare(fc.constantFrom(...TYPES)).map((type) => type ?? JSON_TYPE),
      'content-encoding': rare(fc.constantFrom('gzip', 'br', 'identity', 'x')),
      'idempotency-key': rare(visible),
      'x-forwarded-for': rare(fc.constantFrom('::1', '127.0.0.1', 'x'.repeat(500))),
      'x-http-method-override': rare(fc.constant('DELETE')),
      cookie: rare(visible),
      'if-none-match': rare(fc.constant('*')),
      accept: rare(fc.constantFrom('text/html', '*/*;q=0', 'x')),
    })
    .map(
      (all) =>
        Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >,
    )
}

function bodyOf({ id }: Documented): fc.Arbitrary<string | Uint8Array> {
  const sane = SANE_BODIES[id] ?? {}
  const mended = fc
    .tuple(fc.constantFrom(...placesIn(sane)), fragment, fc.boolean())
    .map(([place, value, beside]) => withHole(sane, place, beside).replace('"@"', () => value))
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(sane)) },
    { weight: 10, arbitrary: mended },
    { weight: 1, arbitrary: fragment },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '\ufeff{}',
        JSON.stringify(sane).slice(0, -1),
        `${JSON.stringify(sane)}{}`,
      ),
    },
  )
}

/** The way to every value in it. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [[], ...Object.entries(value).flatMap(([key, child]) => placesIn(child).map((way) => [key, ...way]))]
}

/** The JSON with `"@"` at the place, or as a further member beside it. */
function withHole(value: unknown, [key, ...rest]: string[], beside: boolean): string {
  const copy = structuredClone(value) as Record<string, unknown>
  if (key === undefined) return '"@"'
  if (beside && rest.length === 0) return JSON.stringify({ ...copy, more: '@' })
  const inside = withHole(copy[key], rest, beside)
  copy[key] = '\u0000'
  return JSON.stringify(copy).replace('"\\u0000"', () => inside)
}
