// Declares what the sandbox's page shows, in one shape that is sent whole after every change.

export type RunStatus =
  | 'asking'
  | 'waiting'
  /** It is about to run. */
  | 'approved'
  | 'ran'
  /** In spite of the yes. */
  | 'not_run'
  | 'denied'
  | 'expired'
  | 'withdrawn'
  | 'told'
  | 'error'
/** What it asks for, and what it only tells of. */
export type SampleKind = 'refund' | 'email' | 'sql' | 'payout' | 'violation'

/** Of the tool that ran: its receipt, which it found good. */
export interface VerifiedReceipt {
  /** As it was sent. */
  jws: string
  /** The published key that signed it. */
  kid: string
  claims: Record<string, unknown>
}

/** What the sample agent tries after the yes, on purpose: another action, or a second run. */
export type AttemptKind = 'change' | 'twice'

/** How an attempt was refused. */
export interface Refusal {
  attempt: AttemptKind
  sentence: string
  /** Of what was approved, and of what it tried to run; absent where both are the same. */
  digests?: { approved: string; given: string }
  /** Where the two differ, and what stands there. */
  differs: { path: string; approved: string; given: string }[]
}

/** One request of the sample agent, or one thing that it told of, and how it went. Times are epoch milliseconds. */
export interface Run {
  id: string
  kind: SampleKind
  tool: string
  summary: string
  status: RunStatus
  asked_at: number
  expires_at: number | null
  approval_id: string | null
  url: string | null
  answered_at: number | null
  /** From the commit of the decision until the agent held the answer. */
  told_after_ms: number | null
  decided_by: string | null
  note: string | null
  receipt: VerifiedReceipt | null
  /** Oldest first. */
  refusals: Refusal[]
  /** What goes wrong, in words; a run that still waits may have one too. */
  problem: string | null
}

export interface SlackMessage {
  channel: string
  ts: string
  user: string
  text: string
  blocks: Record<string, unknown>[]
  attachments: Record<string, unknown>[]
  edited?: { user: string; ts: string }
  ephemeralFor?: string
}

/** What is open in front of one person. */
export interface SlackModal {
  id: string
  /** Another one after each change. */
  hash: string
  userId: string
  view: SlackView
  /** What is wrong with a field, by its block. */
  errors: Record<string, string>
  trouble: string | null
}

export interface SlackView {
  title: { text: string }
  submit?: { text: string }
  close?: { text: string }
  blocks: Record<string, unknown>[]
}

export interface TeamsMessage {
  /** Epoch milliseconds, unique. */
  id: string
  /** Messages of one thread have the same. */
  thread: string
  from: string
  byBot: boolean
  text: string
  card?: Record<string, unknown>
  /** What one person sees in place of `card`, by the person's id in Teams. */
  views: Record<string, Record<string, unknown>>
  updatedAt?: number
  onlyFor?: string
}

export interface DiscordMessage {
  id: string
  content: string
  embeds: Record<string, unknown>[]
  components: Record<string, unknown>[]
  /** Epoch milliseconds. */
  sentAt: number
  editedAt?: number
}

export interface TelegramMessage {
  id: string
  text: string
  /** What is set on the text, counted in UTF-16 units; they may lie in each other. */
  entities: { type: string; offset: number; length: number }[]
  /** Rows of them. */
  buttons: { text: string; url: string }[][]
  /** Epoch milliseconds. */
  sentAt: number
  editedAt?: number
}

/** Somebody who works in Slack and in Teams. */
export interface Person {
  slackId: string
  teamsId: string
  name: string
  guest: boolean
  /** For the console; it is asked for where it is wanted. */
  hasKey: boolean
}

export interface Snapshot {
  now: number
  /** Another one once the tour begins again. */
  tour: number
  ready: boolean
  /** Why the sandbox is not ready and will not be, where that is so. */
  problem: string | null
  people: Person[]
  slack: {
    /** `hears`: the product posts there. */
    channels: { id: string; name: string; purpose: string; hears: boolean }[]
    messages: SlackMessage[]
    modals: SlackModal[]
  }
  teams: {
    team: string
    channel: { id: string; name: string }
    /** Oldest first. */
    messages: TeamsMessage[]
  }
  discord: {
    channel: string
    /** Oldest first. */
    messages: DiscordMessage[]
  }
  telegram: {
    chat: string
    /** Oldest first. */
    messages: TelegramMessage[]
  }
  runs: Run[]
}
