// Lists who may import whom: the project's rooms, their doors, and the packages that stay in some of them.

/** A room by name, or only some of its doors, or only its types. */
export type Reach = string | { room: string; only?: string[]; types?: true }

export interface Room {
  /** A folder, or one file. A `*` is any one folder name and makes each such folder a room of its own. */
  at: string
  /** The files that other rooms may import; absent: every file. */
  doors?: string[]
  /** The rooms that it may import from, beside itself. */
  imports: Reach[] | 'everything'
}

const domain = [
  'approvals',
  'grants',
  'alerts',
  'policy',
  'identity',
  'events',
  'delivery',
  'commands',
  'destinations',
  'audit',
  'idempotency',
]
/** What a row looks like: the store hands rows out, and those who take them name their types. */
const rows: Reach = { room: 'db', only: ['schema.ts'], types: true }

/** What an action is, and its canonical form: the same for whoever asks and for us. */
const action: Reach = { room: 'client', only: ['action.ts'] }
const canonicalJson: Reach = { room: 'client', only: ['canonical-json.ts'] }

export const ROOMS: Record<string, Room> = {
  client: { at: 'packages/client/src', doors: ['index.ts', 'action.ts', 'canonical-json.ts'], imports: [] },
  kit: { at: 'src/kit', imports: [canonicalJson] },
  config: {
    at: 'src/config',
    doors: ['config.ts', 'dot-env.ts'],
    // What a token looks like is the same in the environment and in a destination.
    imports: ['kit', { room: 'platforms/*', only: ['../slack/token.ts'] }],
  },
  db: { at: 'db', imports: [canonicalJson] },
  policy: {
    at: 'src/policy',
    doors: [
      'policy.ts',
      'read-policy.ts',
      'evaluate.ts',
      'explain.ts',
      'compare.ts',
      'assign.ts',
      'versions.ts',
    ],
    imports: [{ room: 'events', only: ['severity.ts'] }, 'identity', 'audit', 'store', rows, 'kit'],
  },
  events: {
    at: 'src/events',
    doors: [
      'catalogue.ts',
      'settings.ts',
      'severity.ts',
      'event.ts',
      'filter.ts',
      'patterns.ts',
      'fan-out.ts',
      'emit.ts',
      'forget-repeats.ts',
      'queries.ts',
      'intake.ts',
      'alert-view.ts',
      'place.ts',
      'recipient.ts',
    ],
    imports: ['idempotency', 'store', rows, 'kit'],
  },
  store: { at: 'src/store', imports: ['db', 'kit'] },
  identity: {
    at: 'src/identity',
    doors: [
      'principal.ts',
      'accounts.ts',
      'addresses.ts',
      'persons.ts',
      'people.ts',
      'membership.ts',
      'group-people.ts',
      'api-keys.ts',
      'limits.ts',
      'tenants.ts',
      'tenant-name.ts',
      'membership.ts',
      'groups.ts',
    ],
    imports: ['store', 'audit', rows, 'kit'],
  },
  idempotency: { at: 'src/idempotency', doors: ['once.ts', 'retention.ts'], imports: ['store', 'kit'] },
  audit: { at: 'src/audit', doors: ['append.ts', 'refusals.ts'], imports: ['store', 'events', 'kit'] },
  grants: {
    at: 'src/grants',
    doors: ['grant.ts', 'receipt.ts', 'redeem.ts', 'signing-keys.ts', 'differences.ts'],
    imports: [action, 'audit', 'store', rows, 'kit'],
  },
  approvals: {
    at: 'src/approvals',
    doors: [
      'desk.ts',
      'create-desk.ts',
      'queries.ts',
      'reviewers-added.ts',
      'standing.ts',
      'reviewing.ts',
      'waiting-room.ts',
      'refusals.ts',
      'view.ts',
      'retention.ts',
    ],
    imports: [action, 'policy', 'grants', 'identity', 'events', 'audit', 'idempotency', 'store', rows, 'kit'],
  },
  alerts: {
    at: 'src/alerts',
    doors: ['acknowledge.ts'],
    imports: [
      { room: 'approvals', only: ['desk.ts', 'refusals.ts', 'clicked-card.ts', 'refused-press.ts'] },
      'identity',
      'events',
      'audit',
      'idempotency',
      'store',
      rows,
      'kit',
    ],
  },
  destinations: {
    at: 'src/destinations',
    doors: [
      'destinations.ts',
      'settings.ts',
      'shown-config.ts',
      'switch-off.ts',
      'misconfigured.ts',
      'external-groups.ts',
      'test-send.ts',
      'secret-key.ts',
      'key-file.ts',
      'kept-key.ts',
    ],
    imports: [
      { room: 'approvals', only: ['desk.ts', 'refusals.ts', 'view.ts'], types: true },
      { room: 'identity', only: ['groups.ts', 'tenant-name.ts'] },
      'store',
      'events',
      'audit',
      rows,
      'platforms/contract',
      'kit',
    ],
  },
  delivery: {
    at: 'src/delivery',
    doors: ['worker.ts', 'log.ts', 'end.ts'],
    imports: [
      { room: 'destinations', only: ['settings.ts', 'switch-off.ts', 'misconfigured.ts'] },
      'store',
      'events',
      'audit',
      rows,
      { room: 'approvals', only: ['view.ts'] },
      'platforms/contract',
      'kit',
    ],
  },
  commands: {
    at: 'src/commands',
    doors: ['commands.ts', 'governance.ts'],
    imports: ['approvals', 'identity', 'events', 'kit'],
  },
  'platforms/contract': {
    at: 'src/platforms/platform.ts',
    imports: [
      { room: 'approvals', types: true },
      { room: 'alerts', types: true },
      { room: 'identity', only: ['principal.ts'], types: true },
      { room: 'events', types: true },
      { room: 'commands', types: true },
      { room: 'kit', types: true },
    ],
  },
  'platforms/render-options': {
    at: 'src/platforms/render-options.ts',
    imports: [{ room: 'platforms/contract', types: true }],
  },
  'platforms/retry-after': { at: 'src/platforms/retry-after.ts', imports: [] },
  'platforms/web-page': { at: 'src/platforms/web-page.ts', imports: ['kit'] },
  'platforms/chosen-headers': { at: 'src/platforms/chosen-headers.ts', imports: [] },
  'platforms/shown-url': { at: 'src/platforms/shown-url.ts', imports: [] },
  'platforms/compact-event': {
    at: 'src/platforms/compact-event.ts',
    imports: ['platforms/content', { room: 'events', types: true }, 'kit'],
  },
  'platforms/reach': { at: 'src/platforms/reach.ts', imports: ['platforms/contract', 'kit'] },
  'platforms/content': {
    at: 'src/platforms/content',
    imports: [
      { room: 'platforms/contract', types: true },
      'platforms/render-options',
      { room: 'approvals', only: ['view.ts'] },
      { room: 'events', only: ['severity.ts', 'event.ts', 'catalogue.ts'] },
      'kit',
    ],
  },
  cards: { at: 'cards', imports: [] },
  'platforms/*': {
    at: 'src/platforms/*',
    imports: [
      'platforms/contract',
      'platforms/reach',
      'platforms/retry-after',
      'platforms/web-page',
      'platforms/chosen-headers',
      'platforms/shown-url',
      'platforms/compact-event',
      'platforms/content',
      'platforms/render-options',
      'cards',
      { room: 'approvals', only: ['desk.ts', 'refusals.ts'] },
      { room: 'alerts', types: true },
      { room: 'identity', only: ['principal.ts'] },
      { room: 'events', only: ['catalogue.ts', 'severity.ts', 'event.ts'] },
      { room: 'commands', types: true },
      'kit',
    ],
  },
  'platforms/registry': {
    at: 'src/platforms/registry.ts',
    imports: ['platforms/contract', 'platforms/*', { room: 'kit', types: true }],
  },
  api: {
    at: 'src/api',
    doors: ['api.ts', 'api-keys/schemas.ts', 'groups/schemas.ts'],
    imports: [...domain, { room: 'platforms/contract', types: true }, 'config', 'kit'],
  },
  mcp: {
    at: 'src/mcp',
    doors: ['mcp.ts', 'patience.ts', 'tool-result.ts'],
    imports: [
      // What a tool does is an operation of the API, with all that is checked there.
      {
        room: 'api',
        only: [
          'approvals/answers.ts',
          'approvals/operations.ts',
          'approvals/schemas.ts',
          'endpoint.ts',
          'errors.ts',
          'events/operations.ts',
          'events/schemas.ts',
          'idempotency.ts',
          'input.ts',
          'json-body.ts',
          'operation.ts',
          'refused-calls.ts',
          'result.ts',
          'serve.ts',
          'validated.ts',
        ],
      },
      { room: 'approvals', types: true },
      { room: 'audit', types: true },
      { room: 'identity', types: true },
      { room: 'events', only: ['catalogue.ts'] },
      'kit',
    ],
  },
  cli: {
    at: 'src/cli',
    imports: [
      { room: 'client', only: ['index.ts'] },
      ...domain,
      // What a call of a tool hears where no server answers.
      { room: 'mcp', only: ['tool-result.ts'] },
      { room: 'api', only: ['api-keys/schemas.ts', 'groups/schemas.ts'] },
      // Backups are files, made and checked beside the open database.
      { room: 'store', only: ['open-database.ts', 'database.ts', 'sqlite-copy.ts', 'server-lock.ts'] },
      // The paths that a platform's app must know.
      { room: 'platforms/*', only: ['../slack/inbound.ts'] },
      'config',
      'kit',
      'serve',
    ],
  },
  'page-kit': { at: 'src/page-kit', doors: ['page-kit.ts'], imports: [] },
  console: {
    at: 'src/console',
    doors: ['console.ts'],
    imports: [
      'page-kit',
      { room: 'approvals', only: ['view.ts'] },
      { room: 'events', only: ['event.ts'], types: true },
    ],
  },
  sandbox: { at: 'src/sandbox', doors: ['sandbox.ts', 'slack-stand-in.ts'], imports: ['page-kit', 'kit'] },
  app: { at: 'src/app.ts', imports: 'everything' },
  'app/parts': { at: 'src/app', imports: 'everything' },
  serve: { at: 'src/serve.ts', imports: ['app', 'config', 'kit'] },
}

/** A package (with `*` for any ending) and the only rooms that may import it, types included. */
export const KEPT_PACKAGES: Record<string, string[]> = {
  '@slack/*': ['platforms/slack', 'sandbox'],
  'botbuilder*': ['platforms/teams', 'sandbox'],
  kysely: ['store', 'db'],
  '@modelcontextprotocol/*': ['mcp'],
  'better-sqlite3': ['store'],
  pg: ['store'],
  undici: ['kit'],
  'ipaddr.js': ['kit'],
}

/** These rooms serve every platform alike, so they name none. */
export const PLATFORM_BLIND_ROOMS = [
  'approvals',
  'grants',
  'alerts',
  'policy',
  'identity',
  'delivery',
  'store',
]
export const PLATFORM_NAMES = /slack|\bteams\b|discord|telegram|pagerduty/i

/** Files over the limit, each with its reason. */
export const LONG_FILES: Record<string, string> = {
  'db/schema.ts': 'one interface for each table, all of them in one place',
  'packages/client/src/api.ts': 'written from /openapi.json',
}
export const MAX_LINES = 250
