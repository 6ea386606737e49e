// Defines the settings of how a destination wants to be told, and what holds where nothing was chosen.

/** As the API and the database spell it. */
export interface DestinationSettings {
  /** Whether arguments, data and the agent's prose may stand there. */
  include_details: boolean
  /** Whether what is critical calls the people there. */
  mention_on_critical: boolean
  /** HH:MM by the clocks of `timezone`; both or none. */
  quiet_hours_start: string | null
  quiet_hours_end: string | null
  /** An IANA name. */
  timezone: string
  /** So many alerts a minute at most. */
  rate_per_minute: number | null
  /** When more alerts wait, they become one digest. */
  digest_after: number | null
  /** Is sent what reached nobody else. */
  fallback: boolean
  /** Alerts are heard only once so many of a type and an agent came in so many minutes; null: each one. */
  repeated: Repeated | null
}

export interface Repeated {
  count: number
  minutes: number
}

export const USUAL_SETTINGS: DestinationSettings = {
  include_details: true,
  mention_on_critical: false,
  quiet_hours_start: null,
  quiet_hours_end: null,
  timezone: 'UTC',
  rate_per_minute: null,
  digest_after: null,
  fallback: false,
  repeated: null,
}

/** `stored`: a JSON object of those that were chosen. */
export function settingsOf(stored: string | null): DestinationSettings {
  return stored === null ? USUAL_SETTINGS : { ...USUAL_SETTINGS, ...JSON.parse(stored) }
}
