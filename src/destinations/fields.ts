// Defines the fields of a destination that an admin sets, as they are shown, audited and stored.

import type { DestinationRow } from '../../db/schema.ts'
import { type DestinationSettings, settingsOf } from '../events/settings.ts'
import type { Severity } from '../events/severity.ts'
import type { RetryPolicy } from '../platforms/platform.ts'

/** As the API spells them. */
export interface DestinationFields {
  name: string
  /** As the platform's own schema returned it. */
  config: Record<string, unknown>
  /** null hears everything. */
  events: string[] | null
  min_severity: Severity
  /** Tools, with `*` for any ending; null hears every one. */
  tools: string[] | null
  /** Agent ids; null hears every one. */
  agents: string[] | null
  /** null: the one of its platform. */
  retry_policy: RetryPolicy | null
  settings: DestinationSettings
  enabled: boolean
}

/** What an admin sees: of a secret, only that it is set. */
export interface DestinationSummary extends DestinationFields {
  id: string
  channel_type: string
  /** Why the worker switched it off, for example `channel_not_found`. */
  disabled_reason: string | null
  /** The code by which its provider says that a setting is wrong, for example `incorrect_index`. */
  misconfigured: string | null
  created_at: number
  updated_at: number
}

/** The config is kept apart, since its secrets are sealed. */
type Columns = Pick<DestinationRow, Exclude<keyof DestinationFields, 'config'>>

const json = (value: unknown) => (value === null ? null : JSON.stringify(value))
const parsed = (text: string | null) => text && JSON.parse(text)

const COLUMNS: {
  [Name in keyof Columns]: {
    write(field: DestinationFields[Name]): Columns[Name]
    read(column: Columns[Name]): DestinationFields[Name]
  }
} = {
  name: { write: (name) => name, read: (name) => name },
  events: { write: json, read: parsed },
  min_severity: { write: (severity) => severity, read: (severity) => severity as Severity },
  tools: { write: json, read: parsed },
  agents: { write: json, read: parsed },
  settings: { write: json, read: settingsOf },
  retry_policy: { write: (policy) => policy, read: (policy) => policy as RetryPolicy | null },
  enabled: { write: (isOn) => (isOn ? 1 : 0), read: (flag) => flag === 1 },
}
const NAMES = Object.keys(COLUMNS) as (keyof Columns)[]

/** Of those fields that are given. */
export function columnsOf<Fields extends Partial<DestinationFields>>(
  fields: Fields,
): Pick<Columns, keyof Columns & keyof Fields> {
  const given = NAMES.filter((name) => fields[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, COLUMNS[name].write(fields[name] as never)])) as never
}

export function fieldsIn(row: DestinationRow): Omit<DestinationFields, 'config'> {
  return Object.fromEntries(NAMES.map((name) => [name, COLUMNS[name].read(row[name] as never)])) as never
}

/** `config`: as it may be shown. */
export function summaryOf(row: DestinationRow, config: DestinationFields['config']): DestinationSummary {
  const { id, channel_type, disabled_reason, misconfigured, created_at, updated_at } = row
  return {
    id,
    channel_type,
    ...fieldsIn(row),
    config,
    disabled_reason,
    misconfigured,
    created_at,
    updated_at,
  }
}
