// The shapes and operations of the API, written from its own description; not to be edited by hand.

export interface Account {
  platform: string
  tenant: string
  user_id: string
  /** Of the person or of one of `joined`: whose account it was before they were joined */
  person_id: string
  /** As the platform said last */
  emails: string[]
  /** Whether the platform says that they were confirmed */
  email_confirmed: boolean
}

export interface Acknowledgement {
  by: string
  /** A platform, `console` or `api` */
  source: string
  /** UTC */
  at: string
}

export interface Action {
  tool: string
  summary: string
  arguments: Record<string, unknown>
  environment: string | null
}

export interface ActionToRun {
  tool: string
  /** Ignored */
  summary?: string
  arguments?: Record<string, unknown>
  environment?: string | null
}

export interface AddedReviewer {
  name: string
  group: string
  /** UTC */
  at: string
}

export interface Agent {
  id: string
  name: string
}

export interface Alive {
  status: 'ok'
}

export interface AnsweredBy {
  kind: 'policy'
  rule: string | null
}

/** People approved the same a moment ago */
export interface AnsweredByGrant {
  kind: 'grant'
  code: 'RECENT_APPROVAL_GRANT'
  approval_id: string
}

export interface ApiKey {
  id: string
  name: string
  roles: ('agent' | 'reviewer' | 'admin' | 'auditor')[]
  /** The one agent that the key speaks for; null: any */
  agent_id: string | null
  /** Whose vote the key casts */
  person_id: string | null
  /** The API key that made it; null: the command line, the first start, or before this was kept */
  created_by: string | null
  /** UTC */
  created_at: string
  revoked_at: string | null
  limits: Limits
}

export interface ApiKeyChange {
  limits: LimitsChange
}

export interface ApiKeyPage {
  data: ApiKey[]
  next_cursor: string | null
}

export interface Approval {
  id: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  digest: string
  url: string
  key: KeyReference
  agent: Agent
  action: Action
  reasons: string[]
  risk: Risk
  requested_by: RequestedBy | null
  metadata: Record<string, unknown>
  /** UTC */
  created_at: string
  /** UTC */
  expires_at: string
  closed_at: string | null
  /** Every vote, also while others are awaited */
  decisions: Decision[]
  /** One for each requirement; empty where the policy answered */
  progress: Progress[]
  /** null: there was none */
  policy: PolicySeen | null
  review: Review
  /** Who answered where no person did */
  answered_by: AnsweredBy | null
  /** The closing in words */
  review_notes: string | null
  /** null: not approved, or the rule leaves no grant */
  grant: Grant | null
  /** false: in time, no destination where people see cards has taken it; closed, as it was then */
  reached: boolean
  /** Where `reached` is false: what became of the card at each destination */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination; left out of statistics */
  test: boolean
}

export interface Approver {
  id: string
  name: string
}

export interface AskedApproval {
  id: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  digest: string
  url: string
  key: KeyReference
  agent: Agent
  action: Action
  reasons: string[]
  risk: Risk
  requested_by: RequestedBy | null
  metadata: Record<string, unknown>
  /** UTC */
  created_at: string
  /** UTC */
  expires_at: string
  closed_at: string | null
  /** Every vote, also while others are awaited */
  decisions: Decision[]
  /** One for each requirement; empty where the policy answered */
  progress: Progress[]
  /** null: there was none */
  policy: PolicySeen | null
  review: Review
  answered_by: AnsweredBy | AnsweredByGrant | null
  /** The closing in words */
  review_notes: string | null
  /** null: not approved, or the rule leaves no grant */
  grant: Grant | null
  /** false: in time, no destination where people see cards has taken it; closed, as it was then */
  reached: boolean
  /** Where `reached` is false: what became of the card at each destination */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination; left out of statistics */
  test: boolean
  /** Where its grant was redeemed, until `grant.receipt_expires_at` */
  receipt?: string
}

export interface AskedEscalation {
  after_seconds: number
  to: AskedGroup
}

export interface AskedGroup {
  group: string
  /** `reviewers`: whoever may review without a policy; null: there is no such group now */
  kind: 'reviewers' | 'people' | 'destination' | 'external' | null
  /** Who could decide now; null: nobody lists them */
  members: GroupMember[] | null
  /** How many they are; null: nobody knows */
  size: number | null
  /** Whoever may press there; or the one to ask for them */
  destination_id: string | null
  /** Of an external group: when its platform was asked last */
  asked_at: string | null
  /** And when it answered last */
  answered_at: string | null
}

export interface Asks {
  requirements: Requirement[]
  /** The most that an agent may ask; null: as ever */
  expires_in_seconds: number | null
  note_required: ('approve' | 'deny')[]
  details_must_be_opened: boolean
  escalate: AskedEscalation | null
  /** Cards go to these alone; null: as their filters say */
  destinations: string[] | null
  require: ('reasons' | 'summary' | 'requested_by')[]
  tell: ('reviewers' | 'requester')[]
}

export interface Attempt {
  /** UTC */
  at: string
  took_ms: number
  /** null: it succeeded */
  code: string | null
  /** What a chat platform said beside its code */
  excerpt: string | null
}

export interface CheckedPolicy {
  /** How many it has */
  rules: number
  /** The one that it would replace; null: there is none */
  version_in_force: number | null
}

export interface Conversation {
  channel_type: string
  conversation_id: string
  name: string
  /** The platform's own word */
  kind: string
  /** UTC */
  added_at: string
}

export interface ConversationPage {
  data: Conversation[]
  next_cursor: string | null
}

export interface CreatedApiKey {
  id: string
  name: string
  roles: ('agent' | 'reviewer' | 'admin' | 'auditor')[]
  /** Shown in this answer and nowhere else */
  key: string
}

export interface Decision {
  verdict: 'approve' | 'deny'
  reviewer: Reviewer
  /** The surface that the vote came from: a platform, `console` or `api` */
  source: string
  note: string | null
  /** UTC */
  decided_at: string
}

export interface Delivery {
  id: string
  destination_id: string
  event_id: string
  event_type: string
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical'
  approval_id: string | null
  /** Who alone is told; null: all who are there */
  recipient: DeliveryRecipient | null
  /** skipped: there was nothing left to show; dead: given up */
  state: 'pending' | 'delivered' | 'skipped' | 'dead'
  attempts: number
  /** null: it has ended */
  next_attempt_at: string | null
  last_error: string | null
  /** UTC */
  created_at: string
  finished_at: string | null
}

export interface DeliveryPage {
  data: Delivery[]
  next_cursor: string | null
}

export interface DeliveryRecipient {
  kind: 'person' | 'account' | 'requester'
  person_id: string | null
  account: RecipientAccount | null
}

export interface Destination {
  id: string
  channel_type: string
  name: string
  /** In the place of a secret "set", except of one that was made just now */
  config: Record<string, unknown>
  /** null: all */
  events: string[] | null
  min_severity: 'info' | 'low' | 'medium' | 'high' | 'critical'
  /** null: all */
  tools: string[] | null
  /** null: all */
  agents: string[] | null
  settings: Settings
  /** null: the usual one of the channel_type */
  retry_policy: 'prompt' | 'patient' | null
  enabled: boolean
  /** Why it was switched off, in its own code */
  disabled_reason: string | null
  /** By which code its provider says that a setting is wrong, until a send succeeds */
  misconfigured: string | null
  /** UTC */
  created_at: string
  /** UTC */
  updated_at: string
}

export interface DestinationChange {
  channel_type?: string
  name?: string
  config?: Record<string, unknown>
  events?: string[] | null
  /** slack hears slack.post too, * stands for any text; case does not count */
  tools?: string[] | null
  /** Agent ids; case does not count */
  agents?: string[] | null
  settings?: SettingsChange | null
  /** null: the usual one of the channel_type */
  retry_policy?: 'prompt' | 'patient' | null
  min_severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
  enabled?: boolean
}

export interface DestinationPage {
  data: Destination[]
  next_cursor: string | null
}

export interface DestinationTest {
  event?: string
  message?: string
}

export interface DetailedEvent {
  event: string
  timestamp?: string
  agent_id?: string
  agent_name?: string
  severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
  /** {} unless given */
  details?: EventDetails
  meta?: Record<string, unknown>
}

export interface DiscordConfig {
  webhook_url: string
}

export interface EnclosedData {
  agent_id: string
  agent_name?: string
  action?: string
  reason?: string
  [member: string]: unknown
}

export interface EnclosedEvent {
  id?: string
  type: string
  created_at?: string
  environment?: string
  data: EnclosedData
}

export interface Escalation {
  /** The group that is asked too */
  to: string
  /** UTC */
  at: string
  /** Its members are asked; false: they will be then */
  done: boolean
}

export interface Event {
  id: string
  type: string
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical'
  /** UTC */
  created_at: string
  environment: string | null
  /** null: Countersign tells it itself */
  key: KeyReference | null
  agent: Agent | null
  tool: string | null
  summary: string
  action: string | null
  approval_id: string | null
  /** Who has seen to it first */
  acknowledged: Acknowledgement | null
  /** Only of a test: an admin tries a destination, which alone hears of it */
  test?: true
  data: Record<string, unknown>
  url: string
}

export interface EventAgent {
  id: string
  name?: string
}

export interface EventDetails {
  action?: string
  message?: string
  [member: string]: unknown
}

export interface ExplainQuestion {
  /** A text to ask in the place of what is in force, or was */
  policy?: string
  /** As POST /v1/approvals takes it; nothing is asked of anybody */
  request?: NewApproval
  approval_id?: string
  /** Lists what shadow rules would have done */
  last_days?: number
}

export interface Explanation {
  /** Which version was asked; null: the given text, or none is in force */
  version: number | null
  effect: 'allow' | 'deny' | 'ask'
  /** Which rule applied; null: none, and the default does */
  rule: string | null
  /** What the agent is told of a deny */
  text: string | null
  /** What cannot be told of the request, so that the rule applied or the risk was raised */
  because: string[]
  risk: RaisedRisk
  /** So long its yes may be used, once; 0: not at all */
  grant_seconds: number
  /** Of people and of the agent; null: nobody is asked */
  asks: Asks | null
  /** All of them, in their order */
  rules: RuleTrace[]
}

/** What a yes leaves behind: the same action may run once */
export interface Grant {
  /** `live`: it may run, once it is redeemed; `ended`: its time passed */
  state: 'live' | 'redeemed' | 'ended' | 'revoked'
  /** UTC */
  expires_at: string
  redeemed_at: string | null
  receipt_expires_at: string | null
  revoked_at: string | null
  /** By whom it was revoked and why, in words */
  reason: string | null
}

export interface Group {
  id: string
  /** In lower case; in a path it may stand in the place of the id, in any case */
  name: string
  kind: 'people' | 'destination' | 'external'
  destination_id: string | null
  external_id: string | null
  /** UTC; when the platform was asked last */
  asked_at: string | null
  /** UTC; when the platform answered last: ten minutes later nobody is in the group any more */
  answered_at: string | null
  /** The code of the last question, where it had no answer */
  ask_error: string | null
  /** UTC */
  created_at: string
  /** Of a group of people, also those whose time is over */
  members: Member[]
  /** Of a group that a platform lists, as it said last */
  accounts: ListedAccount[]
}

export interface GroupChange {
  name?: string
  destination_id?: string
  external_id?: string
}

export interface GroupMember {
  id: string
  name: string
}

export interface Join {
  person_id: string
}

export interface JoinedGroup {
  id: string
  /** In lower case; in a path it may stand in the place of the id, in any case */
  name: string
  kind: 'people' | 'destination' | 'external'
  destination_id: string | null
  external_id: string | null
  /** UTC; when the platform was asked last */
  asked_at: string | null
  /** UTC; when the platform answered last: ten minutes later nobody is in the group any more */
  answered_at: string | null
  /** The code of the last question, where it had no answer */
  ask_error: string | null
  /** UTC */
  created_at: string
  /** Of a group of people, also those whose time is over */
  members: Member[]
  /** Of a group that a platform lists, as it said last */
  accounts: ListedAccount[]
  /** Where accounts are known by the address that are not the person who was added */
  notice?: string
}

export interface JoinedPerson {
  id: string
  name: string
  /** An admin’s key, or `vouching:` and what is vouched for */
  joined_by: string
}

export interface Jwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

export interface Jwks {
  keys: Jwk[]
}

export interface KeptSecrets {
  current: string
  previous?: string
  previous_until?: string
}

export interface KeyHolder {
  name: string
  email: string
}

/** The API key that asked or told, as it was named then */
export interface KeyReference {
  id: string
  name: string
}

/** Those that it has now */
export interface Limits {
  requests_per_minute: number
  events_per_minute: number
  pending_approvals: number
  concurrent_requests: number
  waits: number
}

export interface LimitsChange {
  requests_per_minute?: number | null
  events_per_minute?: number | null
  pending_approvals?: number | null
  concurrent_requests?: number | null
  waits?: number | null
}

export interface ListedAccount {
  user_id: string
  /** null: nobody has used it here yet */
  person_id: string | null
  name: string | null
}

export interface ListedAction {
  tool: string
  summary: string
  arguments?: Record<string, unknown>
  environment: string | null
}

export interface ListedApproval {
  id: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  digest: string
  url: string
  key: KeyReference
  agent: Agent
  action: ListedAction
  reasons: string[]
  risk: Risk
  requested_by: RequestedBy | null
  metadata?: Record<string, unknown>
  /** UTC */
  created_at: string
  /** UTC */
  expires_at: string
  closed_at: string | null
  /** Every vote, also while others are awaited */
  decisions: Decision[]
  /** One for each requirement; empty where the policy answered */
  progress: Progress[]
  /** null: there was none */
  policy: PolicySeen | null
  review: Review
  /** Who answered where no person did */
  answered_by: AnsweredBy | null
  /** The closing in words */
  review_notes: string | null
  /** null: not approved, or the rule leaves no grant */
  grant: Grant | null
  /** false: in time, no destination where people see cards has taken it; closed, as it was then */
  reached: boolean
  /** Where `reached` is false: what became of the card at each destination */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination; left out of statistics */
  test: boolean
}

export interface ListedApprovalPage {
  data: ListedApproval[]
  next_cursor: string | null
}

export interface ListedEvent {
  id: string
  type: string
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical'
  /** UTC */
  created_at: string
  environment: string | null
  /** null: Countersign tells it itself */
  key: KeyReference | null
  agent: Agent | null
  tool: string | null
  summary: string
  action: string | null
  approval_id: string | null
  /** Who has seen to it first */
  acknowledged: Acknowledgement | null
  /** Only of a test: an admin tries a destination, which alone hears of it */
  test?: true
  data?: Record<string, unknown>
  url: string
}

export interface ListedEventPage {
  data: ListedEvent[]
  next_cursor: string | null
}

export interface ListedGroup {
  id: string
  /** In lower case; in a path it may stand in the place of the id, in any case */
  name: string
  kind: 'people' | 'destination' | 'external'
  destination_id: string | null
  external_id: string | null
  /** UTC; when the platform was asked last */
  asked_at: string | null
  /** UTC; when the platform answered last: ten minutes later nobody is in the group any more */
  answered_at: string | null
  /** The code of the last question, where it had no answer */
  ask_error: string | null
  /** UTC */
  created_at: string
}

export interface ListedGroupPage {
  data: ListedGroup[]
  next_cursor: string | null
}

export interface LoggedDelivery {
  id: string
  destination_id: string
  event_id: string
  event_type: string
  severity: 'info' | 'low' | 'medium' | 'high' | 'critical'
  approval_id: string | null
  /** Who alone is told; null: all who are there */
  recipient: DeliveryRecipient | null
  /** skipped: there was nothing left to show; dead: given up */
  state: 'pending' | 'delivered' | 'skipped' | 'dead'
  attempts: number
  /** null: it has ended */
  next_attempt_at: string | null
  last_error: string | null
  /** UTC */
  created_at: string
  finished_at: string | null
  log: Attempt[]
}

export interface Member {
  person_id: string
  name: string
  emails: string[]
  /** UTC; no member any more from then on; null: without an end */
  until: string | null
  /** UTC */
  added_at: string
  /** An admin’s key, or the command line */
  added_by: string
}

export interface Mistake {
  path: string
  message: string
  /** Of a policy: the name of the rule; null: of none */
  rule?: string | null
  /** Of a policy: from 1; null: of the whole */
  line?: number | null
}

export interface NewAction {
  tool: string
  summary?: string
  arguments?: Record<string, unknown>
  environment?: string
}

export interface NewAgent {
  id: string
  name?: string
}

export interface NewApiKey {
  name: string
  roles: ('agent' | 'reviewer' | 'admin' | 'auditor')[]
  agent_id?: string
  person?: KeyHolder
}

export interface NewApproval {
  agent: NewAgent
  action: NewAction
  /** [] unless given */
  reasons?: string[]
  risk?: NewRisk
  requested_by?: NewRequestedBy
  /** 3600 unless given */
  expires_in_seconds?: number
  /** {} unless given */
  metadata?: Record<string, unknown>
}

export interface NewDecision {
  decision: 'approve' | 'deny'
  note?: string
}

export interface NewDestination {
  channel_type: 'slack' | 'teams' | 'discord' | 'telegram' | 'pagerduty' | 'webhook' | 'siem'
  name: string
  config: SlackConfig | TeamsConfig | DiscordConfig | TelegramConfig | PagerdutyConfig | WebhookConfig | SiemConfig
  events?: string[] | null
  /** slack hears slack.post too, * stands for any text; case does not count */
  tools?: string[] | null
  /** Agent ids; case does not count */
  agents?: string[] | null
  settings?: SettingsChange | null
  /** null: the usual one of the channel_type */
  retry_policy?: 'prompt' | 'patient' | null
  min_severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
  /** true unless given */
  enabled?: boolean
}

export interface NewEvent {
  type: string
  severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
  created_at?: string
  agent?: EventAgent
  tool?: string
  environment?: string
  summary?: string
  action?: string
  /** {} unless given */
  data?: Record<string, unknown>
}

export interface NewEvents {
  events: (NewEvent | DetailedEvent | EnclosedEvent)[]
}

export interface NewGroup {
  name: string
  /** people: whom an admin adds; destination: whoever may press there; external: whom the platform lists */
  kind?: 'people' | 'destination' | 'external'
  /** Where they press, or through which the platform is asked */
  destination_id?: string
  /** The platform’s own id of the group, such as a Slack user group’s */
  external_id?: string
}

export interface NewMember {
  person_id?: string
  email?: string
  /** Where nobody has that e-mail address yet */
  name?: string
  /** Is a member until then; without it there is no end */
  until?: string | null
}

export interface NewRedemption {
  action: ActionToRun
}

export interface NewRequestedBy {
  email: string
}

export interface NewRisk {
  score?: number
  level?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
}

export interface NewWithdrawal {
  reason?: string
}

export interface OpenApiDocument {
  openapi: string
  paths: Record<string, unknown>
  [member: string]: unknown
}

export interface PagerdutyConfig {
  routing_key: string
}

export interface Person {
  id: string
  name: string
  /** Of the person and of all accounts */
  emails: string[]
  roles: ('reviewer')[]
  /** Decides nothing; votes on pending approvals do not count */
  disabled: boolean
  accounts: Account[]
  /** Who is the same person, and was known apart before */
  joined: JoinedPerson[]
  /** UTC */
  created_at: string
}

export interface PersonChange {
  name?: string
  roles?: ('reviewer')[]
  disabled?: boolean
}

export interface PersonPage {
  data: Person[]
  next_cursor: string | null
}

export interface PersonReference {
  id: string
  name: string
}

/** The policy that was in force when it was asked */
export interface PolicySeen {
  version: number
  /** The rule that applied; null: none did */
  rule: string | null
  /** Why it applied, or the risk was raised, although something could not be told, in sentences */
  because: string[]
}

export interface PolicyVersion {
  /** Its ETag is this number in quotation marks */
  version: number
  /** As it was sent */
  media_type: string
  /** UTC */
  created_at: string
  /** The API key */
  created_by: string
}

export interface PolicyVersionPage {
  data: PolicyVersion[]
  next_cursor: string | null
}

/** RFC 9457 problem details */
export interface Problem {
  type: 'about:blank'
  title: string
  status: number
  /** One sentence for a person */
  detail: string
  /** Stable: switch on it */
  code: string
  /** What is wrong with the input, each mistake by itself */
  errors?: Mistake[]
  /** Who decided first */
  decided_by?: string
  /** Who acknowledged first */
  acknowledged_by?: string
  [member: string]: unknown
}

export interface Progress {
  /** The group whose members must approve; `reviewers`: anybody who may review */
  requirement: string
  /** Each person once in all requirements */
  approved: Approver[]
  /** So many more must approve */
  missing: number
}

export interface RaisedRisk {
  given: 'info' | 'low' | 'medium' | 'high' | 'critical'
  /** After the floors */
  level: 'info' | 'low' | 'medium' | 'high' | 'critical'
}

export interface Ready {
  status: 'ready'
}

export interface RecipientAccount {
  platform: string
  tenant: string
  user_id: string
}

export interface Redemption {
  /** Compact JWS, for whoever runs the tool */
  receipt: string
  approval: Approval
}

export interface Repeated {
  count: number
  minutes: number
}

export interface Replay {
  state?: 'delivered' | 'skipped' | 'dead'
  destination?: string
  event_type?: string
  created_from?: string
  created_before?: string
}

export interface Replayed {
  replayed: number
}

export interface RequestedBy {
  email: string
}

export interface Requirement {
  /** So many different people */
  approvals: number
  of: AskedGroup
}

export interface Review {
  /** A vote of these kinds needs a note */
  note_required: ('approve' | 'deny')[]
  /** Whoever approves must have opened all of it */
  details_must_be_opened: boolean
  escalation: Escalation | null
  /** Who became a member of a group that is asked, since it was asked */
  added: AddedReviewer[]
}

/** As they were known when they voted */
export interface Reviewer {
  id: string
  name: string
  /** null: nobody told one */
  email: string | null
}

export interface Reviewing {
  person: PersonReference
  votes: number
  approvals: number
  denials: number
  approved_share: number
  /** From the request to their vote */
  median_seconds: number
  /** Since their card came, or since the request where they clicked none */
  within_3_seconds: number
  /** Without having opened all of it, on whatever surface */
  approvals_without_opening: number
}

export interface ReviewingPage {
  data: Reviewing[]
  next_cursor: string | null
}

export interface Risk {
  level: 'info' | 'low' | 'medium' | 'high' | 'critical'
  score: number | null
}

export interface RotatedApiKey {
  id: string
  /** Shown in this answer and nowhere else */
  key: string
}

export interface RuleTrace {
  rule: string
  shadow: boolean
  would: 'allow' | 'deny' | 'ask'
  outcome: 'applied' | 'noted' | 'did_not_fit' | 'not_reached'
  why: string
}

export interface Seen {
  digest: string
}

export interface Settings {
  include_details: boolean
  mention_on_critical: boolean
  /** HH:MM; alerts below critical are held from here on */
  quiet_hours_start: string | null
  quiet_hours_end: string | null
  /** An IANA name with area and location, such as Europe/Berlin, or UTC */
  timezone: string
  /** Alerts; null: no limit of our own */
  rate_per_minute: number | null
  /** When more alerts wait, they become one */
  digest_after: number | null
  /** Is sent approvals that reached nobody */
  fallback: boolean
  /** Alerts are told only once so many of a type and an agent came in so many minutes; null: each one */
  repeated: Repeated | null
}

export interface SettingsChange {
  include_details?: boolean | null
  mention_on_critical?: boolean | null
  timezone?: string | null
  fallback?: boolean | null
  /** HH:MM; alerts below critical are held from here on */
  quiet_hours_start?: string | null
  quiet_hours_end?: string | null
  /** Alerts; null: no limit of our own */
  rate_per_minute?: number | null
  /** When more alerts wait, they become one */
  digest_after?: number | null
  /** Alerts are told only once so many of a type and an agent came in so many minutes; null: each one */
  repeated?: Repeated | null
}

export interface ShadowCount {
  rule: string
  would: 'allow' | 'deny' | 'ask'
  approvals: number
  /** What became of them */
  statuses: StatusCounts
}

export interface ShadowNote {
  rule: string
  would: 'allow' | 'deny' | 'ask'
}

export interface Shadowed {
  /** The most frequent first */
  counts: ShadowCount[]
  /** The newest of them, 50 at most */
  approvals: ShadowedApproval[]
  /** false: there are more than the 10,000 that were counted */
  complete: boolean
}

export interface ShadowedApproval {
  id: string
  /** UTC */
  created_at: string
  agent_id: string
  tool: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  shadows: ShadowNote[]
}

export interface SiemConfig {
  /** https; private addresses only in ranges that the server allows; sealed */
  url: string
  /** Origin and path of url, which is not shown itself; kept by the server, not to be given */
  url_shown?: string
  /** cef: ArcSight CEF:0; ocsf: OCSF 1.9.0 Detection Finding; json: the event as webhooks carry it */
  format?: 'cef' | 'ocsf' | 'json'
  /** Sent with every request, for example the token; sealed */
  headers?: Record<string, string>
  /** Wraps each event as that product expects it */
  preset?: 'splunk_hec' | 'datadog'
}

export interface SlackConfig {
  bot_token?: string
  channel_id?: string
  webhook_url?: string
  signing_secret?: string
}

export interface StatusCounts {
  pending: number
  approved: number
  denied: number
  expired: number
  withdrawn: number
}

export interface TeamsConfig {
  conversation_id?: string
  webhook_url?: string
}

export interface TelegramConfig {
  bot_token: string
  chat_id: number | string
  message_thread_id?: number
}

export interface TestedApproval {
  id: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
  digest: string
  url: string
  key: KeyReference
  agent: Agent
  action: Action
  reasons: string[]
  risk: Risk
  requested_by: RequestedBy | null
  metadata: Record<string, unknown>
  /** UTC */
  created_at: string
  /** UTC */
  expires_at: string
  closed_at: string | null
  /** Every vote, also while others are awaited */
  decisions: Decision[]
  /** One for each requirement; empty where the policy answered */
  progress: Progress[]
  /** null: there was none */
  policy: PolicySeen | null
  review: Review
  /** Who answered where no person did */
  answered_by: AnsweredBy | null
  /** The closing in words */
  review_notes: string | null
  /** null: not approved, or the rule leaves no grant */
  grant: Grant | null
  /** false: in time, no destination where people see cards has taken it; closed, as it was then */
  reached: boolean
  /** Where `reached` is false: what became of the card at each destination */
  unreached_reasons: UnreachedReason[]
  /** An admin tries a destination; left out of statistics */
  test: boolean
  /** Where another type was asked for: it is shown on the card of a pending approval */
  notice?: string
}

export interface ToldEvents {
  data: Event[]
  next_cursor: string | null
  /** Where what was told asks nobody: how to ask, as a sentence */
  notice?: string
}

export interface UnreachedReason {
  /** The name of a destination; null: there is none */
  destination: string | null
  /** The code of the platform, or `waiting`, `disabled`, `no_destination` */
  reason: string
}

export interface Vouching {
  platform: string
  tenant: string
  domains: string[]
}

export interface VouchingPage {
  data: Vouching[]
  next_cursor: string | null
}

export interface WebhookConfig {
  /** https; private addresses only in ranges that the server allows; sealed */
  url: string
  /** Origin and path of url, which is not shown itself; kept by the server, not to be given */
  url_shown?: string
  /** Made, and shown in this one answer, when it is left out */
  secret?: string
  /** So long the secret before signs too after a change; 0 ends it at once; 24 unless given */
  previous_secret_hours?: number
  /** Kept by the server to notice a change of secret; not to be given */
  kept_secrets?: KeptSecrets
  /** standard: Standard Webhooks 1.0; sha256: hexadecimal HMAC of "timestamp.body" */
  signature?: 'standard' | 'sha256'
  /** With sha256; X-Countersign-Signature unless given */
  signature_header?: string
  /** With sha256; X-Countersign-Timestamp unless given */
  timestamp_header?: string
  /** Sent with every request; sealed */
  headers?: Record<string, string>
}

/** What each operation takes and answers. */
export interface Operations {
  /** Ask for a human decision about one action */
  requestApproval: {
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body: NewApproval
    answer: AskedApproval
  }
  /** List approvals, the newest first; an agent sees its own. Arguments and metadata only with `include=details` */
  listApprovals: {
    query?: {
      status?: 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn'
      risk?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
      agent?: string
      tool?: string
      created_from?: string
      created_before?: string
      include?: 'details'
      limit?: number
      cursor?: string
    }
    answer: ListedApprovalPage
  }
  /** Read an approval, or wait until it is closed or has reached nobody */
  readApproval: {
    path: {
      id: string
    }
    query?: {
      wait_seconds?: number
    }
    answer: Approval
  }
  /** Approve or deny, as the person whom the key names */
  decideApproval: {
    path: {
      id: string
    }
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body: NewDecision
    answer: Approval
  }
  /** Say that the person whom the key names has seen all of it, up to this digest */
  seeApproval: {
    path: {
      id: string
    }
    body: Seen
    answer: Approval
  }
  /** Redeem the grant of an approved action that is about to run, as the key that asked; it runs once */
  redeemApproval: {
    path: {
      id: string
    }
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body: NewRedemption
    answer: Redemption
  }
  /** Take back a yes that has not run, as an admin or one of those who gave it */
  revokeApproval: {
    path: {
      id: string
    }
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body?: NewWithdrawal
    answer: Approval
  }
  /** Take a request back, as the one who asked or an admin */
  withdrawApproval: {
    path: {
      id: string
    }
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body?: NewWithdrawal
    answer: Approval
  }
  /** List destinations, never their secrets */
  listDestinations: {
    answer: DestinationPage
  }
  /** Configure a place that hears events */
  createDestination: {
    body: NewDestination
    answer: Destination
  }
  /** Read a destination, never its secrets */
  readDestination: {
    path: {
      id: string
    }
    answer: Destination
  }
  /** Change what is given; what is left out stays, and so does a secret given as "set"; null removes a field of config */
  replaceDestination: {
    path: {
      id: string
    }
    body: DestinationChange
    answer: Destination
  }
  /** Change what is given; what is left out stays, and so does a secret given as "set"; null removes a field of config */
  changeDestination: {
    path: {
      id: string
    }
    body: DestinationChange
    answer: Destination
  }
  /** Delete a destination; its open cards are still redrawn */
  deleteDestination: {
    path: {
      id: string
    }
    answer: undefined
  }
  /** List where the bots were added: what a destination can name */
  listConversations: {
    answer: ConversationPage
  }
  /** Tell of one event, or of up to 100 as {"events": […]}: all of them or none */
  emitEvents: {
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    body: NewEvent | DetailedEvent | EnclosedEvent | NewEvents
    answer: ToldEvents
  }
  /** List events that are not about an approval, the newest first. Their data only with `include=details` */
  listEvents: {
    query?: {
      /** A type, or a category such as policy.* */
      type?: string
      severity?: 'info' | 'low' | 'medium' | 'high' | 'critical' | 'warning' | 'medium-high'
      agent?: string
      tool?: string
      acknowledged?: 'true' | 'false'
      created_from?: string
      created_before?: string
      include?: 'details'
      limit?: number
      cursor?: string
    }
    answer: ListedEventPage
  }
  /** Read an event that is not about an approval */
  readEvent: {
    path: {
      id: string
    }
    answer: Event
  }
  /** See to an alert, as the person whom the key names */
  acknowledgeEvent: {
    path: {
      id: string
    }
    headers?: {
      /** The same key and request again within 24 hours: done once, and answered with what was done */
      'Idempotency-Key'?: string
    }
    answer: Event
  }
  /** List what was sent and what still waits, the newest first */
  listDeliveries: {
    query?: {
      state?: 'pending' | 'delivered' | 'skipped' | 'dead'
      destination?: string
      event_type?: string
      created_from?: string
      created_before?: string
      limit?: number
      cursor?: string
    }
    answer: DeliveryPage
  }
  /** Send again what was given up, or what else is asked for */
  replayDeliveries: {
    body: Replay
    answer: Replayed
  }
  /** Read a delivery with each of its attempts */
  readDelivery: {
    path: {
      id: string
    }
    answer: LoggedDelivery
  }
  /** Send a delivery once more, though it has ended */
  replayDelivery: {
    path: {
      id: string
    }
    answer: Delivery
  }
  /** Send a sample card with working buttons, or an alert of the given type, and wait for what is said */
  testDestination: {
    path: {
      id: string
    }
    body?: DestinationTest
    answer: TestedApproval | Event
  }
  /** List API keys, revoked ones too, never the keys themselves */
  listApiKeys: {
    answer: ApiKeyPage
  }
  /** Make an API key */
  createApiKey: {
    body: NewApiKey
    answer: CreatedApiKey
  }
  /** Give an API key limits of its own, or with null the usual ones again */
  changeApiKey: {
    path: {
      id: string
    }
    body: ApiKeyChange
    answer: ApiKey
  }
  /** Take an API key away */
  revokeApiKey: {
    path: {
      id: string
    }
    answer: undefined
  }
  /** Put another key in the old one's place, which works no more */
  rotateApiKey: {
    path: {
      id: string
    }
    answer: RotatedApiKey
  }
  /** List the people who have decided something, hold a key or were added to a group */
  listPeople: {
    query?: {
      limit?: number
      cursor?: string
    }
    answer: PersonPage
  }
  /** Read which tenants are believed about which mail domains */
  readVouching: {
    answer: VouchingPage
  }
  /** Say which tenants are believed about which mail domains: accounts there join the person with their address */
  setVouching: {
    body: Vouching[]
    answer: VouchingPage
  }
  /** Read how people vote on what was closed in the last 24 hours, or in another time of 31 days at most */
  readReviewing: {
    query?: {
      since?: string
      until?: string
      limit?: number
    }
    answer: ReviewingPage
  }
  /** Read a person; by the id of one who was joined to another, that other */
  readPerson: {
    path: {
      id: string
    }
    answer: Person
  }
  /** Change name or roles, disable a person (which ends their keys) or enable them again */
  changePerson: {
    path: {
      id: string
    }
    body: PersonChange
    answer: Person
  }
  /** Say that two are the same person: from now on they have one vote */
  joinPeople: {
    path: {
      id: string
    }
    body: Join
    answer: Person
  }
  /** Set back a person who was joined to another; only an admin joins them again */
  unjoinPerson: {
    path: {
      id: string
    }
    answer: Person
  }
  /** Read the policy in force, byte for byte as it was sent */
  readPolicy: {
    answer: string | Record<string, unknown>
  }
  /** Put another policy in force, for approvals that are asked for from now on */
  setPolicy: {
    headers?: {
      'If-Match'?: string
    }
    body: Record<string, unknown>
    contentType?: 'application/yaml' | 'application/json' | 'text/yaml' | 'application/x-yaml'
    answer: PolicyVersion
  }
  /** Say whether a policy could be put in force now; nothing is kept */
  checkPolicy: {
    body: Record<string, unknown>
    contentType?: 'application/yaml' | 'application/json' | 'text/yaml' | 'application/x-yaml'
    answer: CheckedPolicy
  }
  /** Say which rule applies to a request, or applied to an approval, why, and who could decide; or what shadow rules would have done */
  explainPolicy: {
    body: ExplainQuestion
    answer: Explanation | Shadowed
  }
  /** List the versions of the policy, the one in force first */
  listPolicyVersions: {
    query?: {
      limit?: number
      cursor?: string
    }
    answer: PolicyVersionPage
  }
  /** Read a version of the policy by its number, which an approval has on record */
  readPolicyVersion: {
    path: {
      id: string
    }
    answer: string | Record<string, unknown>
  }
  /** List groups of reviewers, without who is in them */
  listGroups: {
    query?: {
      limit?: number
      cursor?: string
    }
    answer: ListedGroupPage
  }
  /** Make a group of reviewers; of one that a platform lists, the platform is asked at once */
  createGroup: {
    body: NewGroup
    answer: Group
  }
  /** Read a group by its id or name, with who is in it */
  readGroup: {
    path: {
      id: string
    }
    answer: Group
  }
  /** Change what is given; of a group that a platform lists, the platform is asked at once */
  changeGroup: {
    path: {
      id: string
    }
    body: GroupChange
    answer: Group
  }
  /** Delete a group that neither the policy in force nor a pending approval names; votes that counted for it stay on record */
  deleteGroup: {
    path: {
      id: string
    }
    answer: undefined
  }
  /** Add a person, until a moment or without an end; adding again changes the end */
  addMember: {
    path: {
      id: string
    }
    body: NewMember
    answer: JoinedGroup
  }
  /** Take a person out of a group */
  removeMember: {
    path: {
      id: string
      person_id: string
    }
    answer: undefined
  }
  /** Is this process alive? */
  alive: {
    answer: Alive
  }
  /** Can this process serve? */
  ready: {
    answer: Ready
  }
  /** The keys that sign receipts, and those that did */
  readReceiptKeys: {
    answer: Jwks
  }
  /** Counters and gauges of this process, in the text format of Prometheus */
  readMetrics: {
    answer: string
  }
  /** This document */
  readDocument: {
    answer: OpenApiDocument
  }
}

/** Where each is. */
export const OPERATIONS = {
  requestApproval: ['POST', '/v1/approvals'],
  listApprovals: ['GET', '/v1/approvals'],
  readApproval: ['GET', '/v1/approvals/{id}'],
  decideApproval: ['POST', '/v1/approvals/{id}/decision'],
  seeApproval: ['POST', '/v1/approvals/{id}/seen'],
  redeemApproval: ['POST', '/v1/approvals/{id}/redeem'],
  revokeApproval: ['POST', '/v1/approvals/{id}/revoke'],
  withdrawApproval: ['POST', '/v1/approvals/{id}/withdraw'],
  listDestinations: ['GET', '/v1/settings/notifications'],
  createDestination: ['POST', '/v1/settings/notifications'],
  readDestination: ['GET', '/v1/settings/notifications/{id}'],
  replaceDestination: ['PUT', '/v1/settings/notifications/{id}'],
  changeDestination: ['PATCH', '/v1/settings/notifications/{id}'],
  deleteDestination: ['DELETE', '/v1/settings/notifications/{id}'],
  listConversations: ['GET', '/v1/settings/conversations'],
  emitEvents: ['POST', '/v1/events'],
  listEvents: ['GET', '/v1/events'],
  readEvent: ['GET', '/v1/events/{id}'],
  acknowledgeEvent: ['POST', '/v1/events/{id}/acknowledge'],
  listDeliveries: ['GET', '/v1/deliveries'],
  replayDeliveries: ['POST', '/v1/deliveries/replay'],
  readDelivery: ['GET', '/v1/deliveries/{id}'],
  replayDelivery: ['POST', '/v1/deliveries/{id}/replay'],
  testDestination: ['POST', '/v1/settings/notifications/{id}/test'],
  listApiKeys: ['GET', '/v1/api-keys'],
  createApiKey: ['POST', '/v1/api-keys'],
  changeApiKey: ['PATCH', '/v1/api-keys/{id}'],
  revokeApiKey: ['DELETE', '/v1/api-keys/{id}'],
  rotateApiKey: ['POST', '/v1/api-keys/{id}/rotate'],
  listPeople: ['GET', '/v1/people'],
  readVouching: ['GET', '/v1/people/vouching'],
  setVouching: ['PUT', '/v1/people/vouching'],
  readReviewing: ['GET', '/v1/people/reviewing'],
  readPerson: ['GET', '/v1/people/{id}'],
  changePerson: ['PATCH', '/v1/people/{id}'],
  joinPeople: ['POST', '/v1/people/{id}/join'],
  unjoinPerson: ['POST', '/v1/people/{id}/unjoin'],
  readPolicy: ['GET', '/v1/policies'],
  setPolicy: ['PUT', '/v1/policies'],
  checkPolicy: ['POST', '/v1/policies/check'],
  explainPolicy: ['POST', '/v1/policies/explain'],
  listPolicyVersions: ['GET', '/v1/policies/versions'],
  readPolicyVersion: ['GET', '/v1/policies/versions/{id}'],
  listGroups: ['GET', '/v1/groups'],
  createGroup: ['POST', '/v1/groups'],
  readGroup: ['GET', '/v1/groups/{id}'],
  changeGroup: ['PATCH', '/v1/groups/{id}'],
  deleteGroup: ['DELETE', '/v1/groups/{id}'],
  addMember: ['POST', '/v1/groups/{id}/members'],
  removeMember: ['DELETE', '/v1/groups/{id}/members/{person_id}'],
  alive: ['GET', '/healthz'],
  ready: ['GET', '/readyz'],
  readReceiptKeys: ['GET', '/.well-known/jwks.json'],
  readMetrics: ['GET', '/metrics'],
  readDocument: ['GET', '/openapi.json'],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>
