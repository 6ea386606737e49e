// Keeps a destination's config with its secrets sealed and the rest readable.

import type { DestinationRow } from '../../db/schema.ts'
import { settingsOf } from '../events/settings.ts'
import type { Destination, PlatformKind } from '../platforms/platform.ts'
import { seal, unseal } from './seal.ts'
import { shownConfig } from './shown-config.ts'

type Kept = Pick<DestinationRow, 'config' | 'sealed_secrets'>

export interface SealedConfigs {
  keep(id: string, channelType: string, config: Record<string, unknown>): Kept
  /** With its secrets. Throws when the secret key is not the one that sealed them. */
  open(row: DestinationRow): Destination<Record<string, unknown>>
  /** Without its secrets, which are only said to be set. */
  show(row: DestinationRow): Record<string, unknown>
}

export function sealedConfigs(secretKey: Buffer, kinds: PlatformKind[]): SealedConfigs {
  const secretsOf = new Map(kinds.map((kind) => [kind.name, kind.secrets as readonly string[]]))
  const hiddenOf = new Map(kinds.map((kind) => [kind.name, kind.hiddenSecrets as readonly string[]]))

  const secretsIn = (row: DestinationRow): Record<string, unknown> =>
    JSON.parse(unseal(secretKey, row.id, row.sealed_secrets))

  return {
    keep(id, channelType, config) {
      const secretNames = secretsOf.get(channelType) ?? []
      const entries = Object.entries(config)
      const secrets = entries.filter(([name]) => secretNames.includes(name))
      const readable = entries.filter(([name]) => !secretNames.includes(name))
      return {
        config: JSON.stringify(Object.fromEntries(readable)),
        sealed_secrets: seal(secretKey, id, JSON.stringify(Object.fromEntries(secrets))),
      }
    },
    open(row) {
      return {
        id: row.id,
        name: row.name,
        config: { ...JSON.parse(row.config), ...secretsIn(row) },
        includeDetails: settingsOf(row.settings).include_details,
        ...stateOf(row),
      }
    },
    show: (row) => shownConfig(JSON.parse(row.config), secretsIn(row), hiddenOf.get(row.channel_type)),
  }
}

function stateOf({ enabled, deleted_at }: DestinationRow): Pick<Destination, 'state'> {
  if (deleted_at !== null) return { state: 'removed' }
  return enabled === 1 ? {} : { state: 'off' }
}
