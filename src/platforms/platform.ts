// Declares the contract of every platform that messages are sent to, and its three errors.

import type { Express } from 'express'
import type { z } from 'zod'
import type { Acknowledge } from '../alerts/acknowledge.ts'
import type { ApprovalDesk } from '../approvals/desk.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Commands } from '../commands/commands.ts'
import type { EventView } from '../events/event.ts'
import type { Clock } from '../kit/clock.ts'
import type { Logger } from '../kit/log.ts'

/**
 * `event` is why it is sent now; what is shown of an approval or an alert is its current state. `mention`: the people
 * there shall be called; nothing else ever produces a mention, and a redraw never does.
 */
export type Message = ApprovalMessage | { kind: 'alert'; event: EventView; mention?: boolean }

export interface ApprovalMessage {
  kind: 'approval'
  view: ApprovalView
  event: EventView
  mention?: boolean
}

/** By what a platform may know a person: accounts of its own first, then addresses. */
export interface Contact {
  accounts: { tenant: string; userId: string }[]
  emails: string[]
}

/** The code where a workspace knows no such member. */
export const RECIPIENT_UNKNOWN = 'recipient_unknown'

/** Events that wait at one destination together, the earliest first. */
export interface Digest {
  events: EventView[]
  mention?: boolean
}

export interface Destination<Config = unknown> {
  id: string
  name: string
  config: Config
  /** false: neither arguments nor data nor the agent's prose may stand there, only what it is about and a link. */
  includeDetails: boolean
  /** Absent: it is on. Cards may still stand at a place that is off or was removed. */
  state?: 'off' | 'removed'
}

/** What a drawn card shows. */
export interface Drawn {
  /** All that is to be decided stands on it; absent: it does not, or nothing can be decided there. */
  whole?: boolean
}

export interface Posted extends Drawn {
  /** The platform's own name for the posted message, opaque elsewhere; absent when it cannot be redrawn. */
  handle?: string
  /** The provider takes nothing more for so long. */
  coolDownMs?: number
  /** New values for the config, for example of a chat that moved. */
  moved?: Record<string, unknown>
}

/** `prompt`: five more tries within fifteen minutes; `patient`: after 1 min, 5 min, 30 min, 2 h and 24 h. */
export type RetryPolicy = 'prompt' | 'patient'

/** A limit of the provider's, kept about a tenth below it. Destinations that share the limit share the bucket. */
export interface Pace {
  bucket: string
  perSecond: number
  /** So many at once before the rate counts; 1 unless said otherwise. */
  burst?: number
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
  /** Those of them that no admin gives: it is not even said that they are set. */
  readonly hiddenSecrets?: readonly (keyof Config & string)[]
  readonly retryPolicy: RetryPolicy
  /** Who hears there. Only people can see to an approval. */
  readonly audience: 'people' | 'machines'
  /** Whether one person alone can be told: what it creates has `tell` then. */
  readonly tells?: boolean
  /** Everything that is due goes together, by `digest` and at most so many at once: for machines. */
  readonly batch?: number
  /** Deliveries of one key keep their order, also while an earlier one waits for another try. */
  orderKey?(event: EventView): string
  /** Whether an excerpt of an answer may be kept: never of addresses that anybody may configure. */
  readonly keepsExcerpts: boolean
  /** Which host is sent to, for the log; absent or undefined where each place says it by itself. */
  host?(config: Config): string | undefined
  /** All must have room. Empty: the provider itself says when it is too much. */
  pace(config: Config): Pace[]
  /**
   * So many sends at once to one destination where there is no pace; 1 unless said otherwise. Only for messages that
   * are independent of each other: in which order they arrive is open then.
   */
  readonly parallel?: number
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

export interface GroupListing {
  /** As in the accounts of those who press. */
  tenant: string
  userIds: string[]
}

export interface Platform<Config = unknown> {
  /** Adds the endpoints that the platform calls, with full paths. */
  mount?(app: Express): void
  /**
   * What is wrong with a config that its schema let in, as a sentence for the admin; undefined when nothing is, and
   * where the provider cannot be asked.
   */
  check?(config: Config): Promise<string | undefined>
  /** For admins who set up a destination, the newest first. */
  conversations?(): Promise<Conversation[]>
  /**
   * Who is in a group that the platform itself keeps, asked of it through that destination: the accounts of one tenant,
   * each once. Throws as `post` does.
   */
  listGroup?(externalId: string, to: Destination<Config>): Promise<GroupListing>
  /** What an admin can do about a code of `listGroup`, as a sentence; undefined where the code says it all. */
  groupAdvice?(code: string): string | undefined
  /** Throws Throttled, Failed or Undeliverable, nothing else. */
  post(message: Message, to: Destination<Config>): Promise<Posted>
  /** Brings a posted message to the truth: safe to repeat; closed means no buttons. Throws as `post` does. */
  redraw?(handle: string, message: Message, to: Destination<Config>): Promise<Drawn>
  /**
   * Tells one full member alone, in one line and a link, which is never redrawn: through the app that posts to that
   * destination, and in its workspace. Throws as `post` does, Undeliverable with `recipient_unknown` where it knows no
   * such member; whatever is thrown says nothing of the destination.
   */
  tell?(message: ApprovalMessage, contact: Contact, to: Destination<Config>): Promise<void>
  /** One message for all of them, which is never redrawn. Throws as `post` does. */
  digest?(digest: Digest, to: Destination<Config>): Promise<Posted>
}

export interface PlatformPorts<Config = unknown> {
  desk: ApprovalDesk
  commands: Commands
  acknowledge: Acknowledge
  state: PlatformState
  /** The destinations of this platform that are on, secrets opened. */
  destinations(): Promise<Destination<Config>[]>
  /** Those, and all others where cards may stand: what is pressed there is verified, and the desk decides. */
  knownDestinations(): Promise<Destination<Config>[]>
  /**
   * A tenant has another name from now on: its accounts go along, and this state of the platform is kept in the same
   * transaction. Harmless when it is repeated.
   */
  renameTenant(names: { from: string; to: string }, kept: { key: string; value: unknown }): Promise<void>
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

/** A send that did not succeed. */
export abstract class SendError extends Error {
  /** Stable and short, the provider's own where it has one. */
  readonly code: string
  /** What the provider said beside it, at most 200 characters; kept where the kind keeps excerpts. */
  readonly excerpt: string | null
  /** `cause`: what was thrown below, for the log. */
  constructor(code: string, excerpt: string | null = null, cause?: unknown) {
    super(code, { cause })
    this.code = code
    this.excerpt = excerpt
  }
}

/** The provider asks us to slow down: cools the whole destination, spends no attempt. */
export class Throttled extends SendError {
  readonly delayMs: number
  constructor(delayMs: number) {
    super('throttled')
    this.delayMs = delayMs
  }
}

/** It may work later: spends an attempt and is tried again. */
export class Failed extends SendError {}

/** A setting is wrong, here or at the provider: tried again like any other failure, and the admins are told. */
export class Misconfigured extends Failed {}

/** It will never work, for this message or for the whole destination: not tried again. */
export class Undeliverable extends SendError {
  readonly what: 'message' | 'destination'
  /**
   * Of many that were sent together, the first that the provider refused: it took those before, and did not look at
   * those behind. undefined: it said nothing of the kind.
   */
  readonly at: number | undefined
  constructor(what: 'message' | 'destination', code: string, excerpt: string | null = null, at?: number) {
    super(code, excerpt)
    this.what = what
    this.at = at
  }
}
