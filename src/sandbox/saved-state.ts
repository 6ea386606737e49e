// Keeps what the sandbox remembers over a restart, in one small file that only its owner can read.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../kit/log.ts'
import type { SavedRun } from './agent-calls.ts'
import type { Message as DiscordMessage } from './discord/messages.ts'
import type { Message } from './slack/messages.ts'
import type { SavedTeams } from './teams-stand-in.ts'
import type { SavedTelegram } from './telegram-stand-in.ts'

export interface SavedTour {
  number: number
  /** The last message in each place when it began; ids grow. */
  after: Record<'slack' | 'teams' | 'discord' | 'telegram', string>
}

export interface SavedState {
  messages?: Message[]
  teams?: SavedTeams
  discord?: DiscordMessage[]
  telegram?: SavedTelegram
  /** What the destination in Discord was told last; it is another one on another port. */
  webhookUrl?: string
  agentKey?: string
  reviewerKey?: string
  runs?: SavedRun[]
  tour?: SavedTour
}

export interface StateFile {
  /** Change it through `keep`. */
  readonly state: SavedState
  /** Merges and writes soon: several changes of one moment become one write. */
  keep(change: SavedState): void
  /** Writes now what is still to be written. */
  close(): void
}

export function openStateFile(dataDir: string, log: Logger): StateFile {
  const path = join(dataDir, 'sandbox.json')
  const state = read(path, log)
  let pending: NodeJS.Immediate | undefined

  function write(): void {
    pending = undefined
    try {
      mkdirSync(dataDir, { recursive: true })
      writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    } catch (error) {
      log.error({ err: error, path }, 'sandbox state could not be written')
    }
  }

  return {
    state,
    keep(change) {
      Object.assign(state, change)
      pending ??= setImmediate(write)
    },
    close() {
      if (!pending) return
      clearImmediate(pending)
      write()
    },
  }
}

function read(path: string, log: Logger): SavedState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  try {
    return JSON.parse(text) as SavedState
  } catch {
    log.warn({ path }, 'sandbox state is unreadable: starting with an empty channel')
    return {}
  }
}
