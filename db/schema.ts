// Describes what is stored, one interface per table; times are UTC epoch milliseconds, JSON is text, flags 0 or 1.

export interface Schema {
  approvals: ApprovalRow
  decisions: DecisionRow
  redemptions: RedemptionRow
  signing_keys: SigningKeyRow
  seen: SeenRow
  policies: PolicyRow
  groups: GroupRow
  group_members: GroupMemberRow
  group_accounts: GroupAccountRow
  idempotency_keys: IdempotencyKeyRow
  events: EventRow
  acknowledgements: AcknowledgementRow
  deliveries: DeliveryRow
  delivery_attempts: DeliveryAttemptRow
  pace_buckets: PaceBucketRow
  repeats: RepeatRow
  destinations: DestinationRow
  posted_cards: PostedCardRow
  platform_state: PlatformStateRow
  persons: PersonRow
  accounts: AccountRow
  vouching: VouchingRow
  tenant_names: TenantNameRow
  api_keys: ApiKeyRow
  audit: AuditRow
  audit_personal: AuditPersonalRow
}

export interface ApprovalRow {
  id: string
  owner_key_id: string
  /** The name of that key, as it was when it asked. */
  key_name: string
  status: string
  digest: string
  agent_id: string
  agent_name: string
  tool: string
  summary: string
  /** JSON object */
  arguments: string
  environment: string | null
  /** JSON array of strings */
  reasons: string
  risk_level: string
  risk_score: number | null
  /** Lower-case e-mail, or '' for nobody. */
  requested_by: string
  /** JSON object */
  metadata: string
  created_at: number
  expires_at: number
  closed_at: number | null
  review_notes: string | null
  /** 1: an admin tries a destination; decided like any other, left out of statistics. */
  is_test: number
  /** When it was noticed that no destination had taken its card in time; NULL again once one has. */
  unreached_at: number | null
  /** So many different people must approve. */
  approvals_needed: number
  /** SHA-256 of all that a request without an Idempotency-Key asks; NULL with one, and in older rows. */
  twin: string | null
  /** JSON object: what the policy said of it, and by which version and rule; NULL: there was none. */
  ruling: string | null
  /** JSON array: which shadow rules would have applied, and what they would have done; NULL: none. */
  shadows: string | null
  /** When those who are missing are to be reminded; NULL: not, or done. */
  remind_at: number | null
  /** When another group is to be asked too; NULL: not, or done. */
  escalate_at: number | null
  /** When that group was asked; NULL: not yet. */
  escalated_at: number | null
  /** So long after it is approved it may run, once; 0: its yes leaves no grant. */
  grant_seconds: number
  /** When the grant of people's yes ends; NULL: there is none, or it was redeemed, revoked, or told of its end. */
  grant_ends_at: number | null
  /** When its grant was redeemed; NULL: it was not. */
  redeemed_at: number | null
  /** When its grant was taken back; NULL: it was not. */
  revoked_at: number | null
  /** By whom and why, in words. */
  revoked_because: string | null
}

/** The one time that a grant was redeemed. */
export interface RedemptionRow {
  id: string
  approval_id: string
  redeemed_at: number
  /** Its own call, the same Idempotency-Key again, or another request for the same. */
  redeemed_by: 'redeem' | 'repeat' | 'request'
  /** Compact JWS, the same bytes for every repetition. */
  receipt: string
}

/** A key that signs receipts, or did. */
export interface SigningKeyRow {
  /** The RFC 7638 thumbprint of its public part. */
  id: string
  /** JSON Web Key. */
  public_key: string
  /** PKCS #8; NULL: it signs nothing any more. */
  sealed_private_key: string | null
  /** 1: it signs; NULL: it is retired. No two sign. */
  active: number | null
  created_at: number
  retired_at: number | null
}

/** A version of the policy; the highest is in force. */
export interface PolicyRow {
  version: number
  /** Byte for byte as an admin sent it. */
  text: string
  media_type: string
  /** The API key, or the command line. */
  created_by: string
  created_at: number
}

/** A named group of reviewers. */
export interface GroupRow {
  id: string
  /** In lower case. */
  name: string
  /** people: as an admin lists them; destination: whoever may press there; external: as a platform lists them. */
  kind: string
  /** The place, or the one through which the platform is asked. */
  destination_id: string | null
  /** The platform's own name of the group. */
  external_id: string | null
  /** When its platform was asked last; NULL: never, and of other kinds. */
  asked_at: number | null
  /** When it answered last: `group_accounts` is as it was then. */
  answered_at: number | null
  /** The code of the last failure; NULL: the last question was answered. */
  ask_error: string | null
  created_at: number
}

export interface GroupMemberRow {
  group_id: string
  person_id: string
  /** The API key, or the command line. */
  added_by: string
  added_at: number
  /** Is a member until then; NULL: without an end. */
  until: number | null
}

/** A member of an external group, as its platform said last. */
export interface GroupAccountRow {
  group_id: string
  platform: string
  tenant: string
  user_id: string
}

/** Who has opened all of what is to be decided. */
export interface SeenRow {
  approval_id: string
  person_id: string
  /** What was shown. */
  digest: string
  source: string
  seen_at: number
}

export interface DecisionRow {
  id: string
  approval_id: string
  verdict: string
  person_id: string
  reviewer_name: string
  /** As it was told at the vote; NULL: nobody told one, and in older rows. */
  reviewer_email: string | null
  source: string
  note: string | null
  /** Names the press of a button, unique over all surfaces: platform, tenant and the platform's own id. */
  interaction: string
  /** The card that was clicked, where one was. */
  destination_id: string | null
  handle: string | null
  decided_at: number
  /** 0: when the approval closed it did not count, because its voter was disabled, or had voted by another account. */
  counted: number
  /** JSON array: of the groups that the approval names, those that the voter was in; NULL: it names none. */
  groups: string | null
}

export interface IdempotencyKeyRow {
  api_key_id: string
  /** The operation's id in the API. */
  operation: string
  key: string
  /** SHA-256 of the canonical request. */
  request_hash: string
  /** What it did, by its id; of a batch of events, their ids with blanks between. */
  subject_id: string
  created_at: number
}

/** What an approval's event has; the rest is read from the approval. */
export interface ApprovalEventRow {
  id: string
  type: string
  severity: string
  approval_id: string | null
  created_at: number
}

/** Of an alert. What it has beside is NULL in an event of an approval. */
export interface EventRow extends ApprovalEventRow {
  agent_id: string | null
  agent_name: string | null
  tool: string | null
  environment: string | null
  summary: string | null
  action: string | null
  /** JSON object */
  data: string | null
  /** The API key that sent it; NULL for our own. */
  key_id: string | null
  /** The name of that key, as it was then. */
  key_name: string | null
  /** The event whose card this one changes: for an acknowledgement. */
  about: string | null
  /** 1: an admin tries a destination, which alone hears of it, also in quiet hours. */
  is_test: number | null
  /** 1: somebody has seen to it, as `acknowledgements` has it. */
  is_acknowledged: number | null
}

/** Who has seen to an alert; the first counts. */
export interface AcknowledgementRow {
  event_id: string
  person_id: string
  name: string
  source: string
  acknowledged_at: number
}

export interface DeliveryRow {
  id: string
  destination_id: string
  event_id: string
  /** What its card shows: an approval, or the event of an alert. What one person is told has no card, and is its own. */
  subject_id: string
  /** pending, delivered, skipped (nothing left to show) or dead */
  state: string
  attempts: number
  next_attempt_at: number
  last_error: string | null
  created_at: number
  finished_at: number | null
  /** 0: the first card of an approval that is pending; 1: what follows; 2: a critical alert; 3: any other. */
  class: number
  /** In class 0: the API key that asked. Its cards are in a queue of their own. Otherwise ''. */
  lane: string
  /** In class 0: the place in the lane, the lowest is the first to go, then the lowest id. Otherwise 0. */
  rank: number
  /** JSON object: how often its alert came in how many minutes; NULL where nobody counted. */
  repeated: string | null
  /** JSON object: who alone is told, as events/recipient.ts has it; NULL: all who are there. */
  recipient: string | null
}

/** One try to send a delivery. */
export interface DeliveryAttemptRow {
  id: string
  delivery_id: string
  at: number
  took_ms: number
  /** NULL when it succeeded. */
  code: string | null
  /** What a chat platform said beside its code. */
  excerpt: string | null
}

/** How far a limit that destinations share is used up. */
export interface PaceBucketRow {
  name: string
  full_until: number
}

/** How often an alert of a type and an agent came lately, for a destination that hears only of repeats. */
export interface RepeatRow {
  destination_id: string
  type: string
  /** '' for alerts that name no agent. */
  agent_id: string
  /** JSON array of UTC epoch milliseconds. */
  times: string
  /** It was told, and is not counted until then. */
  quiet_until: number
  /** Says nothing any more after that. */
  kept_until: number
}

export interface DestinationRow {
  id: string
  channel_type: string
  name: string
  /** JSON object without the secrets */
  config: string
  /** The secrets of the config as one sealed JSON object. */
  sealed_secrets: string
  /** JSON array of event types and categories; NULL hears everything. */
  events: string | null
  min_severity: string
  /** JSON array of tools, with `*` for any ending; NULL hears every one. */
  tools: string | null
  /** JSON array of agent ids; NULL hears every one. */
  agents: string | null
  /** JSON object; what it does not have, and NULL, is as usual. */
  settings: string | null
  /** NULL: the one of its platform. */
  retry_policy: string | null
  enabled: number
  /** Why the worker switched it off; NULL when it did not. */
  disabled_reason: string | null
  /** Hears nothing new from then on, and is gone once its cards are closed. */
  deleted_at: number | null
  created_at: number
  updated_at: number
  lease_id: string | null
  lease_until: number
  /** The provider asked for quiet until then. */
  cool_until: number
  /** JSON: whose turn it was, as delivery/turns.ts has it; NULL: nobody's yet. */
  turns: string | null
  /** When a sender took it last. */
  leased_at: number
  /** Since when every send fails; NULL once one has succeeded. */
  trouble_since: number | null
  /** The code by which its provider says that a setting is wrong; NULL: it does not, or a send has succeeded since. */
  misconfigured: string | null
  /** 1: the last send took so long that the others are served before. */
  slow: number
}

export interface PostedCardRow {
  destination_id: string
  /** The approval or the event that it shows. */
  subject_id: string
  handle: string
  posted_at: number
  /** 1: all that is to be decided stands on it. */
  whole: number
}

export interface PlatformStateRow {
  platform: string
  key: string
  /** JSON */
  value: string
}

export interface PersonRow {
  id: string
  name: string
  /** In lower case, as an admin gave it with a key. */
  email: string | null
  /** JSON array; today only `reviewer` has a meaning for a person. */
  roles: string
  created_at: number
  /** Decides nothing from then on, and votes on pending approvals do not count. */
  disabled_at: number | null
  /** The elder person who this one is too. Nothing else of either row changes, so that it can be set back. */
  merged_into: string | null
  /**
   * Who joined the two: an admin's key; `vouching:` and the place and domain that an admin vouched for; or `renamed:`
   * and the former name of the tenant where their one account was known twice. While
   * merged_into is NULL: who keeps them apart, so that they are not joined again by themselves.
   */
  merged_by: string | null
}

export interface AccountRow {
  platform: string
  tenant: string
  user_id: string
  person_id: string
  /** JSON array of addresses, as the platform said last; NULL: it never said. Personal, may be erased. */
  emails: string | null
  /** 1: the platform says that they were confirmed. */
  email_confirmed: number | null
}

/** How a tenant is called now that accounts may still be named by its former name. */
export interface TenantNameRow {
  platform: string
  former: string
  name: string
}

/** An admin has said that what this tenant tells of addresses in this mail domain is true. */
export interface VouchingRow {
  platform: string
  tenant: string
  /** In lower case. */
  domain: string
}

export interface ApiKeyRow {
  id: string
  name: string
  /** SHA-256 of the key, hex; the key itself is 256 random bits and never stored. */
  key_hash: string
  /** JSON array */
  roles: string
  agent_id: string | null
  person_id: string | null
  /** The key that made it; NULL: the command line, the first start, or a version that did not keep it. */
  created_by: string | null
  created_at: number
  revoked_at: number | null
  /** JSON object of the limits that an admin gave it; NULL: it has those of the environment. */
  limits: string | null
}

export interface AuditRow {
  id: string
  at: number
  action: string
  subject: string
  /** The audited event in RFC 8785 canonical JSON, byte for byte what the leaf hashes. */
  canonical: string
  /** SHA-256(0x00 ‖ canonical), hex */
  leaf: string
}

/** What may be personal, kept apart from its hash so that it can be erased without breaking the trail. */
export interface AuditPersonalRow {
  audit_id: string
  salt: string
  /** Canonical JSON; `canonical` above holds SHA-256(salt ‖ this). */
  clear_text: string
}
