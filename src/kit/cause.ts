// Says for the log why a request failed, without its address, which may be secret.

/** Where errors of Node.js and of clients keep the one that they come from. */
const INNER = ['cause', 'original'] as const
const MOST_DEPTH = 8

/** What an error says, and the code of its innermost cause, such as ECONNREFUSED, where there is one. */
export function because(error: unknown): { reason: string; cause?: string } {
  const reason = error instanceof Error ? error.message : String(error)
  const cause = causeCodeOf(error)
  return { reason, ...(cause !== undefined && { cause }) }
}

/** The innermost code that Node.js or undici gave, such as ENOTFOUND; undefined when there is none. */
export function causeCodeOf(error: unknown): string | undefined {
  return chainOf(error)
    .map(codeOf)
    .findLast((code) => code !== undefined)
}

function chainOf(error: unknown): object[] {
  const chain: object[] = []
  let next: unknown = error
  while (typeof next === 'object' && next !== null && chain.length < MOST_DEPTH) {
    chain.push(next)
    next = innerOf(next)
  }
  return chain
}

function innerOf(error: object): unknown {
  // Of a host with many addresses each was tried, and the first one says as much as the others.
  if (error instanceof AggregateError) return error.errors[0]
  return INNER.map((name) => Reflect.get(error, name)).find((inner) => inner !== undefined)
}

function codeOf(error: object): string | undefined {
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code)) return code
  // AbortSignal.timeout gives it a number.
  return Reflect.get(error, 'name') === 'TimeoutError' ? 'TIMEOUT' : undefined
}
