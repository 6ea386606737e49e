// Keeps a destination's config with its secrets sealed and the rest readable.

import type { DestinationRow } from '../../db/schema.ts'
import { settingsOf } from '../events/settings.ts'
import { seal, unseal } from '../kit/seal.ts'
import type { Destination, PlatformKind } from '../platforms/platform.ts'
import { shownConfig } from './shown-config.ts'

type Kept = Pick<DestinationRow, 'config' | 'sealed_secrets'>

export interface SealedConfigs {
  keep(id: string, channelType: string, config: Record<string, unknown>): Kept
  /**
   * As it is kept from now on, where a field became a secret after it was stored. undefined where none did, and where
   * another key sealed the rest: nothing is sent there, and that is told where somebody tries.
   */
  sealed(row: DestinationRow): Kept | undefined
  /** With its secrets. Throws when the secret key is not the one that sealed them. */
  open(row: DestinationRow): Destination<Record<string, unknown>>
  /** All of it, for an admin who changes it. Secrets that another key sealed are not among it: they are given anew. */
  known(row: DestinationRow): Record<string, unknown>
  /** The same without its secrets, which are only said to be set. */
  show(row: DestinationRow): Record<string, unknown>
}

export function sealedConfigs(secretKey: Buffer, kinds: PlatformKind[]): SealedConfigs {
  const kindOf = new Map(kinds.map((kind) => [kind.name, kind]))
  const secretsIn = ({ id, sealed_secrets }: DestinationRow): Record<string, unknown> =>
    JSON.parse(unseal(secretKey, id, sealed_secrets))

  /** undefined: another key sealed them. */
  function ownSecrets(row: DestinationRow): Record<string, unknown> | undefined {
    try {
      return secretsIn(row)
    } catch {
      return undefined
    }
  }

  function keep(id: string, channelType: string, config: Record<string, unknown>): Kept {
    const secretNames: readonly string[] = kindOf.get(channelType)?.secrets ?? []
    const entries = Object.entries(config)
    const secrets = entries.filter(([name]) => secretNames.includes(name))
    const readable = entries.filter(([name]) => !secretNames.includes(name))
    return {
      config: JSON.stringify(Object.fromEntries(readable)),
      sealed_secrets: seal(secretKey, id, JSON.stringify(Object.fromEntries(secrets))),
    }
  }

  return {
    keep,
    sealed(row) {
      const kind = kindOf.get(row.channel_type)
      const readable = JSON.parse(row.config)
      if (!kind?.secrets.some((name) => name in readable)) return undefined
      const secrets = ownSecrets(row)
      if (!secrets) return undefined
      const config = { ...readable, ...secrets }
      // With what the platform itself keeps beside its secrets.
      const { data = config } = kind.config.safeParse(config)
      return keep(row.id, row.channel_type, data as Record<string, unknown>)
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
    known: (row) => ({ ...JSON.parse(row.config), ...ownSecrets(row) }),
    show: (row) =>
      shownConfig(JSON.parse(row.config), ownSecrets(row) ?? {}, kindOf.get(row.channel_type)?.hiddenSecrets),
  }
}

function stateOf({ enabled, deleted_at }: DestinationRow): Pick<Destination, 'state'> {
  if (deleted_at !== null) return { state: 'removed' }
  return enabled === 1 ? {} : { state: 'off' }
}
