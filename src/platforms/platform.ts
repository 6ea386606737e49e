// What does it take to be a place that hears? The contract of every platform, and its three errors.

import type { Express } from 'express'
import type { z } from 'zod'
import type { ApprovalDesk } from '../approvals/desk.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Commands } from '../commands/commands.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'

export interface Message {
  kind: 'approval'
  view: ApprovalView
}

export interface Destination<Config = unknown> {
  id: string
  name: string
  config: Config
}

export interface Posted {
  /** The platform's own name for the posted message, opaque elsewhere; absent when it cannot be redrawn. */
  handle?: string
}

/** An endpoint that the platform calls with POST. */
export interface Inbound {
  /** Unlike any other operation's in the API's document. */
  id: string
  path: string
  summary: string
  /** The codes of its refusals, by status. */
  problems: Readonly<Record<number, readonly string[]>>
}

/** What the registry lists: one channel_type. */
export interface PlatformKind<Config = unknown> {
  readonly name: string
  /** Validates a destination's config; its messages are the documented sentences. */
  readonly config: z.ZodType<Config>
  /** Sealed at rest and never returned. */
  readonly secrets: readonly (keyof Config & string)[]
  /** All that its `mount` adds. */
  readonly inbound?: readonly Inbound[]
  /** May load what only this platform needs. */
  create(ports: PlatformPorts<Config>): Platform<Config> | Promise<Platform<Config>>
}

/** Where the platform's bot was added, and can therefore post. */
export interface Conversation {
  id: string
  /** As people know it. */
  name: string
  /** The platform's own word for what it is. */
  kind: string
  /** UTC epoch milliseconds. */
  addedAt: number
}

export interface Platform<Config = unknown> {
  /** Adds the endpoints that the platform calls, with full paths. */
  mount?(app: Express): void
  /** What is wrong with a config that its schema let in, as a sentence for the admin; undefined when nothing is. */
  check?(config: Config): Promise<string | undefined>
  /** For admins who set up a destination, the newest first. */
  conversations?(): Promise<Conversation[]>
  /** Throws Throttled, Failed or Undeliverable, nothing else. */
  post(message: Message, to: Destination<Config>): Promise<Posted>
  /** Brings a posted message to the truth: safe to repeat; closed means no buttons. Throws as `post` does. */
  redraw?(handle: string, message: Message, to: Destination<Config>): Promise<void>
}

export interface PlatformPorts<Config = unknown> {
  desk: ApprovalDesk
  commands: Commands
  state: PlatformState
  /** The enabled destinations of this platform, secrets opened. */
  destinations(): Promise<Destination<Config>[]>
  /** Switches a destination off that can hear no more; an admin reads the reason, in the platform's own code. */
  disable(destinationId: string, reason: string): Promise<void>
  log: Logger
  clock: Clock
}

/** Small facts that must survive a restart, kept in the database; one platform cannot see another's. */
export interface PlatformState {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  /** All values whose key begins so. */
  list<T>(prefix: string): Promise<T[]>
  /** Harmless when it is not there. */
  remove(key: string): Promise<void>
}

/** The provider asks us to slow down: cools the whole destination, spends no attempt. */
export class Throttled extends Error {
  readonly delayMs: number
  constructor(delayMs: number) {
    super(`throttled for ${delayMs} ms`)
    this.delayMs = delayMs
  }
}

/** It may work later: spends an attempt and is tried again. */
export class Failed extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** It will never work, for this message or for the whole destination: not tried again. */
export class Undeliverable extends Error {
  readonly what: 'message' | 'destination'
  readonly code: string
  constructor(what: 'message' | 'destination', code: string) {
    super(code)
    this.what = what
    this.code = code
  }
}
