// Defines how much one API key may ask of the server, so that one agent holds up no other.

/** As the API and the database spell it. */
export interface Limits {
  /** Of any kind, by this process. */
  requests_per_minute: number
  /** Events that it tells of, by this process. */
  events_per_minute: number
  /** Approvals that it asked for and that are pending, whatever process took them. */
  pending_approvals: number
  /** Requests at the same moment, waits left out, by this process. */
  concurrent_requests: number
  /** Requests that wait for an approval at the same moment, by this process. */
  waits: number
}

export type LimitName = keyof Limits

/** `own`: JSON of those that an admin gave the key; null: none. */
export function limitsOf(own: string | null, defaults: Limits): Limits {
  return own === null ? defaults : { ...defaults, ...JSON.parse(own) }
}

/** The same JSON after a change, in which null takes the default back; null when nothing of its own is left. */
export function changedLimits(
  own: string | null,
  change: Partial<Record<LimitName, number | null>>,
): string | null {
  const all = Object.entries({ ...(own === null ? {} : JSON.parse(own)), ...change })
  const left = all.filter(([, value]) => value !== null)
  return left.length === 0 ? null : JSON.stringify(Object.fromEntries(left))
}
