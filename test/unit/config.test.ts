// Shows what the environment means: every rule, a sentence for each mistake, and no secret in any of them.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Config, loadConfig, misspeltIn } from '../../src/config/config.ts'
import { StartError } from '../../src/kit/start-error.ts'

const SECRET_KEY = Buffer.alloc(32, 7).toString('base64')
const ADMIN_KEY = '0123456789abcdef'.repeat(2)
const ID = '5c1b0d2a-3e4f-4a5b-8c6d-7e8f9a0b1c2d'

/** Of shells, terminals, services, containers and clouds. */
const USUAL_NAMES =
  'PATH HOSTNAME HOSTTYPE POSTS HOME PWD OLDPWD USER LOGNAME SHELL SHLVL TERM LANG LC_ALL TZ EDITOR PAGER DISPLAY ' +
  'TMPDIR MAIL INIT_CWD NODE NODE_ENV NODE_OPTIONS NODE_PATH npm_config_user_agent npm_package_name CI DEBUG COLOR ' +
  'HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE ' +
  'POSTGRES_PASSWORD POSTGRES_USER REDIS_URL INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET KUBERNETES_SERVICE_HOST ' +
  'KUBERNETES_PORT SSH_CLIENT SSH_AUTH_SOCK XDG_SESSION_ID DBUS_SESSION_BUS_ADDRESS AWS_REGION RENDER_EXTERNAL_URL'

/** The lines of the refusal. */
function mistakes(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof StartError) return error.message.split('\n')
    throw error
  }
  return []
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('nothing set: loopback, the sandbox and its own database', () => {
  expect(loadConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    localUrl: 'http://127.0.0.1:3000',
    publicUrl: 'http://127.0.0.1:3000',
    databaseUrl: 'data/sandbox.db',
    secretKey: undefined,
    adminKey: undefined,
    slack: { signingSecret: undefined, botToken: undefined, apiUrl: 'https://slack.com/api/' },
    trustProxy: 0,
    logLevel: 'info',
    sendTimeouts: { peopleMs: 10_000, machinesMs: 30_000 },
    deliveryLeaseMs: 60_000,
    noSandbox: undefined,
  })
})

test('everything set', () => {
  const config = loadConfig({
    HOST: '0.0.0.0',
    PORT: '8080',
    PUBLIC_URL: 'https://Sign.example.com:443/',
    DATABASE_URL: 'postgres://user:password@db/countersign',
    COUNTERSIGN_SECRET_KEY: SECRET_KEY,
    COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
    SLACK_SIGNING_SECRET: 'a signing secret',
    SLACK_BOT_TOKEN: 'xoxb-1-2-abc',
    SLACK_API_URL: 'http://127.0.0.1:9/api/',
    TRUST_PROXY: '2',
    LOG_LEVEL: 'silent',
    PEOPLE_TIMEOUT_SECONDS: '2',
    MACHINES_TIMEOUT_SECONDS: '3',
    DELIVERY_LEASE_SECONDS: '19',
  })
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 8080,
    localUrl: 'http://0.0.0.0:8080',
    publicUrl: 'https://sign.example.com',
    databaseUrl: 'postgres://user:password@db/countersign',
    secretKey: Buffer.alloc(32, 7),
    adminKey: ADMIN_KEY,
    slack: {
      signingSecret: 'a signing secret',
      botToken: 'xoxb-1-2-abc',
      apiUrl: 'http://127.0.0.1:9/api/',
    },
    trustProxy: 2,
    logLevel: 'silent',
    sendTimeouts: { peopleMs: 2_000, machinesMs: 3_000 },
    deliveryLeaseMs: 19_000,
    noSandbox: 'HOST is 0.0.0.0, which others can reach',
  })
})

describe.each<[string, string[], string]>([
  ['PORT', ['0', '65536', '-1', '80.5', '1e3', ' 80', 'http', '٣'], 'must be a whole number from 1 to 65535'],
  ['PUBLIC_URL', ['sign.example.com', 'ftp://x', '//x', 'javascript:1'], 'must be an http or https URL'],
  [
    'DATABASE_URL',
    ['mysql://db/x', 'sqlite://x.db', 'file:x.db', 'mongodb+srv://x', 'postgres:x', ':memory:'],
    'must be postgres://… or the path of a SQLite file',
  ],
  [
    'DATABASE_URL',
    [' ', 'x.db ', '\tx.db', 'x.db\n', ' postgres://db/x'],
    'must have no blanks before or after it',
  ],
  [
    'COUNTERSIGN_SECRET_KEY',
    ['short', Buffer.alloc(31).toString('base64'), 'ab'.repeat(32)],
    'must be 32 bytes in base64 (openssl rand -base64 32)',
  ],
  ['COUNTERSIGN_ADMIN_KEY', ['y'.repeat(31)], 'must have at least 32 characters'],
  [
    'COUNTERSIGN_ADMIN_KEY',
    ['0123456789abcde'.repeat(3), 'change-me-'.repeat(4), '0'.repeat(64)],
    'must have at least 16 different characters (openssl rand -base64 32 makes one)',
  ],
  [
    'COUNTERSIGN_ADMIN_KEY',
    [`Bearer ${ADMIN_KEY}`, `${ADMIN_KEY}é`],
    'must have no blanks and no letters beyond ASCII: it is sent in a header',
  ],
  [
    'HOST',
    ['http://0.0.0.0', 'localhost:3000', '0.0.0.0:80', 'my host', '1', '[::1]'],
    'must be an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0, without port or https://',
  ],
  [
    'PUBLIC_URL',
    ['https://sign.example.com/base', 'https://sign.example.com/base/'],
    'must not have a path: Countersign needs a host of its own, such as https://countersign.example.com',
  ],
  ...['PUBLIC_URL', 'SLACK_API_URL', 'TELEGRAM_API_URL', 'PAGERDUTY_EVENTS_URL'].map(
    (name): [string, string[], string] => [
      name,
      ['https://x.example/?', 'https://x.example/?a=b', 'https://x.example/#a', 'https://me:hush@x.example/'],
      'must not have a user, a query or a fragment',
    ],
  ),
  [
    'DATABASE_URL',
    ['postgres://me:pass/word@db/x', 'postgres://me@db:port/x'],
    'is no URL; in its password, characters such as / ? # @ must be percent-encoded',
  ],
  [
    'EGRESS_ALLOW_CIDRS',
    ['10.0.0.0', '10.0.0.0 ,10.0.0.0/8'],
    '10.0.0.0 is not a range; give ranges such as 10.0.0.0/8, with commas between',
  ],
  [
    'EGRESS_ALLOW_CIDRS',
    ['10.0.0.0/8,'],
    'an empty entry is not a range; give ranges such as 10.0.0.0/8, with commas between',
  ],
  [
    'TEAMS_ALLOWED_TENANTS',
    ['contoso.onmicrosoft.com', `${ID},contoso.onmicrosoft.com`],
    'contoso.onmicrosoft.com is not the id of a tenant, which Azure shows as 8-4-4-4-12 hexadecimal digits; give ids with commas between',
  ],
  [
    'MicrosoftAppTenantId',
    ['contoso.onmicrosoft.com'],
    'must be an id as Azure shows it: 8-4-4-4-12 hexadecimal digits, not a name such as contoso.onmicrosoft.com',
  ],
  ['SLACK_BOT_TOKEN', ['token', 'xoxb-', 'Bearer xoxb-1'], 'must be a bot token; it begins with xoxb-'],
  [
    'SLACK_SIGNING_SECRET',
    ['xoxb-of-a-bot-token', 'a signing secret…', '1e3', ' '.repeat(32)],
    'is no signing secret; copy it from the app’s Basic Information',
  ],
  ['SLACK_API_URL', ['https://slack.com/api'], 'must end with a slash'],
  ['SLACK_API_URL', ['slack.com/api/'], 'must be an http or https URL'],
  ['TRUST_PROXY', ['21', '-1', 'true', 'loopback'], 'must be a whole number from 0 to 20'],
  ['LOG_LEVEL', ['verbose', 'INFO'], 'must be one of trace, debug, info, warn, error, fatal, silent'],
  ['PEOPLE_TIMEOUT_SECONDS', ['0', '61', '10s'], 'must be a whole number from 1 to 60'],
  ['MACHINES_TIMEOUT_SECONDS', ['0', '61', '1.5'], 'must be a whole number from 1 to 60'],
  ['DELIVERY_LEASE_SECONDS', ['16', '3601', '30s'], 'must be a whole number from 17 to 3600'],
])('%s', (name, wrong, sentence) => {
  test.each(wrong)(`%s is refused: ${sentence}`, (value) => {
    expect(mistakes({ [name]: value })).toContain(`${name}: ${sentence}`)
  })

  test('empty counts as unset', () => {
    expect(loadConfig({ [name]: '' })).toEqual(loadConfig({}))
  })
})

test.each([['data/x.db', 'x.db', '/var/lib/countersign.db', 'C:\\data\\x.db', 'postgresql://db/x']])(
  '%s is a database',
  (url) => {
    expect(loadConfig({ DATABASE_URL: url }).databaseUrl).toBe(url)
  },
)

test.each([
  [{ DELIVERY_LEASE_SECONDS: '44' }, 45, '10', '30'],
  [{ PEOPLE_TIMEOUT_SECONDS: '30' }, 75, '30', '30'],
  [{ MACHINES_TIMEOUT_SECONDS: '60', DELIVERY_LEASE_SECONDS: '74' }, 75, '10', '60'],
])('with %o a lease could end before a send: at least %d is asked for', (env, least, people, machines) => {
  expect(mistakes(env)).toEqual([
    `DELIVERY_LEASE_SECONDS: must be at least ${least}, 15 more than a send may take: two requests of PEOPLE_TIMEOUT_SECONDS (${people}), or one of MACHINES_TIMEOUT_SECONDS (${machines})`,
  ])
  const { deliveryLeaseMs } = loadConfig({ ...env, DELIVERY_LEASE_SECONDS: String(least) })
  expect(deliveryLeaseMs).toBe(least * 1000)
})

test('each mistake has a line, and no line repeats a secret', () => {
  const secrets = {
    COUNTERSIGN_SECRET_KEY: 'hush-1',
    COUNTERSIGN_ADMIN_KEY: 'hush-2',
    SLACK_BOT_TOKEN: 'hush-3',
  }
  const said = mistakes({ ...secrets, PORT: 'x', LOG_LEVEL: 'x' })
  expect(said.map((line) => line.split(':')[0])).toEqual([
    'PORT',
    'COUNTERSIGN_SECRET_KEY',
    'COUNTERSIGN_ADMIN_KEY',
    'SLACK_BOT_TOKEN',
    'LOG_LEVEL',
  ])
  expect(said.join()).not.toContain('hush')
})

describe('a variable that nobody reads', () => {
  test.each([
    ['SLACK_SIGNNG_SECRET', 'SLACK_SIGNING_SECRET'],
    ['COUNTERSIGN_ADMINKEY', 'COUNTERSIGN_ADMIN_KEY'],
    ['MICROSOFTAPPID', 'MicrosoftAppId'],
    ['MicrosoftTenantId', 'MicrosoftAppTenantId'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['TEAMS_ALLOWED_TENANT', 'TEAMS_ALLOWED_TENANTS'],
    ['SLACK_BOT_TOKEN_FIEL', 'SLACK_BOT_TOKEN_FILE'],
    ['COUNTERSIGN_APIKEY', 'COUNTERSIGN_API_KEY'],
    ['port', 'PORT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ])('%s is named with %s, and without its value', (name, meant) => {
    expect(misspeltIn({ [name]: 'hush' })).toEqual([`${name} is set and is not read. Did you mean ${meant}?`])
  })

  test.each([
    [{ SLACK_SIGNNG_SECRET: '' }],
    // Of another program: the right one is there.
    [{ DATABASE_URL: 'x.db', DATABASE_URI: 'y' }],
    [{ PORT: '80', SLACK_BOT_TOKEN_FILE: '/run/token', COUNTERSIGN_URL: 'http://x' }],
    [Object.fromEntries(USUAL_NAMES.split(' ').map((name) => [name, 'x']))],
    [process.env],
  ])('%o has none', (env) => {
    expect(misspeltIn(env)).toEqual([])
  })
})

describe('NAME_FILE', () => {
  test('names a file that holds the value, with or without a line break', () => {
    const config = loadConfig({
      SLACK_SIGNING_SECRET_FILE: file('secret', 'a signing secret\n'),
      COUNTERSIGN_SECRET_KEY_FILE: file('key', SECRET_KEY),
      PORT_FILE: file('port', '8081\n'),
    })
    expect(config.slack.signingSecret).toBe('a signing secret')
    expect(config.secretKey).toEqual(Buffer.alloc(32, 7))
    expect(config.port).toBe(8081)
    expect(config.noSandbox).toBe('SLACK_SIGNING_SECRET_FILE is set')
  })

  test('counts only where NAME is not set', () => {
    const SLACK_SIGNING_SECRET_FILE = file('other', 'the secret of the file')
    const signingSecret = (SLACK_SIGNING_SECRET: string) =>
      loadConfig({ SLACK_SIGNING_SECRET, SLACK_SIGNING_SECRET_FILE }).slack.signingSecret
    expect(signingSecret('of the environment')).toBe('of the environment')
    expect(signingSecret('')).toBe('the secret of the file')
  })

  test('is refused when the file cannot be read or holds nothing', () => {
    const gone = join(folder, 'gone')
    expect(mistakes({ SLACK_BOT_TOKEN_FILE: gone })).toEqual([`SLACK_BOT_TOKEN_FILE: ${gone} cannot be read`])
    const empty = file('empty', ' \n')
    expect(mistakes({ DATABASE_URL_FILE: empty })).toEqual([`DATABASE_URL_FILE: ${empty} is empty`])
  })

  test('is refused by the rules of NAME, without what the file holds', () => {
    expect(mistakes({ SLACK_BOT_TOKEN_FILE: file('token', 'hush') })).toEqual([
      'SLACK_BOT_TOKEN: must be a bot token; it begins with xoxb-',
    ])
  })
})

describe('the sandbox', () => {
  const harmless = {
    PORT: '81',
    LOG_LEVEL: 'warn',
    RETENTION_DAYS: '7',
    LIMIT_WAITS: '7',
    COUNTERSIGN_URL: 'https://sign.example.com',
    COUNTERSIGN_API_KEY: 'of the command line',
  }
  const hosts: [string | undefined, boolean][] = [
    [undefined, true],
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['localhost', true],
    ['::1', true],
    ['10.0.0.1', false],
    ['127.example.com', false],
    ['localhost.example.com', false],
    ['::ffff:127.0.0.1', false],
  ]

  test.each(['0.0.0.0', '::'])('at HOST %s nobody could follow a link: PUBLIC_URL is asked for', (HOST) => {
    expect(() => loadConfig({ HOST })).toThrow(`PUBLIC_URL: must be set with HOST ${HOST}`)
    expect(loadConfig({ HOST, PUBLIC_URL: 'https://sign.example.com' }).noSandbox).toContain('HOST')
  })

  test.each(hosts)('at HOST %s: %s', (HOST, expected) => {
    const config = loadConfig({ HOST, ...harmless })
    expect(config.noSandbox).toBe(expected ? undefined : `HOST is ${HOST}, which others can reach`)
    expect(config.databaseUrl).toBe(expected ? 'data/sandbox.db' : 'data/countersign.db')
  })

  const app = { MicrosoftAppId: ID, MicrosoftAppPassword: 's', MicrosoftAppTenantId: ID }
  test.each<NodeJS.ProcessEnv>([
    { PUBLIC_URL: 'https://sign.example.com' },
    { DATABASE_URL: 'x.db' },
    { TRUST_PROXY: '0' },
    { COUNTERSIGN_ADMIN_KEY: ADMIN_KEY },
    { COUNTERSIGN_SECRET_KEY: SECRET_KEY },
    { EGRESS_ALLOW_CIDRS: '10.0.0.0/8' },
    { EGRESS_ALLOW_HTTP: 'false' },
    { SLACK_SIGNING_SECRET: 'a signing secret' },
    { SLACK_BOT_TOKEN: 'xoxb-1' },
    { SLACK_API_URL: 'https://slack.com/api/' },
    app,
    { MicrosoftAppType: 'SingleTenant' },
    { TEAMS_ALLOWED_TENANTS: ID, ...app },
    { TELEGRAM_API_URL: 'https://api.telegram.org' },
    { PAGERDUTY_EVENTS_URL: 'https://events.pagerduty.com' },
    // Nobody reads it, but whoever wrote it meant the real thing.
    { SLACK_SIGNING_SECRT: 's' },
    { MICROSOFTAPPID: ID },
  ])('is not there beside %o, nor where files hold it, and says so', (env) => {
    const [[name, value = ''] = ['']] = Object.entries(env)
    const { [name]: _, ...others } = env
    expect(loadConfig({ ...harmless, ...env }).noSandbox).toBe(`${name} is set`)
    const fromFile = loadConfig({ ...harmless, [`${name}_FILE`]: file(name, value), ...others })
    expect(fromFile.noSandbox).toBe(`${name}_FILE is set`)
    expect(fromFile.databaseUrl).toBe(name === 'DATABASE_URL' ? value : 'data/countersign.db')
    const empty = Object.fromEntries(Object.keys(env).map((one) => [one, '']))
    expect(loadConfig({ ...harmless, ...empty }).noSandbox).toBe(undefined)
  })
})

test.each<[NodeJS.ProcessEnv, Config['publicUrl']]>([
  [{ HOST: '::1', PORT: '81' }, 'http://[::1]:81'],
  [{ HOST: 'localhost' }, 'http://localhost:3000'],
  [{ PUBLIC_URL: 'http://x:1/' }, 'http://x:1'],
])('the public URL of %j is %s', (env, url) => {
  expect(loadConfig(env).publicUrl).toBe(url)
})

describe('an app in Teams', () => {
  const APP = '0F9A3C1E-7B52-4D68-9E41-2C5D8A6B3F70'
  const TENANT = '5C1B0D2A-3E4F-4A5B-8C6D-7E8F9A0B1C2D'
  const OTHER = 'a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d'
  const whole = { MicrosoftAppId: APP, MicrosoftAppPassword: 'secret', MicrosoftAppTenantId: TENANT }
  const { MicrosoftAppId: _id, ...withoutId } = whole
  const { MicrosoftAppPassword: _password, ...withoutPassword } = whole
  const { MicrosoftAppTenantId: _tenant, ...withoutTenant } = whole

  test('of one tenant serves that tenant, and ends the sandbox', () => {
    const { teams, noSandbox } = loadConfig(whole)
    const tenantId = TENANT.toLowerCase()
    const allowedTenants = [tenantId]
    expect(teams).toEqual({ appId: APP.toLowerCase(), password: 'secret', tenantId, allowedTenants })
    expect(noSandbox).toBe('MicrosoftAppId is set')
  })

  test('serves the tenants that are named', () => {
    const { teams } = loadConfig({ ...whole, TEAMS_ALLOWED_TENANTS: `${TENANT}, ${OTHER}` })
    expect(teams?.allowedTenants).toEqual([TENANT.toLowerCase(), OTHER])
  })

  test('of many tenants asks the Bot Framework for its tokens', () => {
    const many = { ...whole, MicrosoftAppType: 'MultiTenant', TEAMS_ALLOWED_TENANTS: OTHER }
    expect(loadConfig(many).teams).toMatchObject({ tenantId: undefined, allowedTenants: [OTHER] })
  })

  test.each<[string, NodeJS.ProcessEnv, string]>([
    ['no id', withoutId, 'MicrosoftAppId: must be set, since MicrosoftAppPassword is'],
    [
      'tenants alone',
      { TEAMS_ALLOWED_TENANTS: OTHER },
      'MicrosoftAppId: must be set, since TEAMS_ALLOWED_TENANTS is',
    ],
    [
      'an empty id',
      { ...whole, MicrosoftAppId: '' },
      'MicrosoftAppId: must be set, since MicrosoftAppPassword is',
    ],
    ['no password', withoutPassword, 'MicrosoftAppPassword: must be set with MicrosoftAppId'],
    [
      'no tenant',
      withoutTenant,
      'MicrosoftAppTenantId: must be set with MicrosoftAppId, unless MicrosoftAppType is MultiTenant',
    ],
    [
      'many tenants, none of them named',
      { ...withoutTenant, MicrosoftAppType: 'MultiTenant' },
      'TEAMS_ALLOWED_TENANTS: must name the tenants that may use a MultiTenant app',
    ],
    [
      'a type in another spelling',
      { ...whole, MicrosoftAppType: 'singletenant' },
      'MicrosoftAppType: must be SingleTenant or MultiTenant; other kinds of identity are not supported',
    ],
    [
      'an id that is none',
      { ...whole, MicrosoftAppId: 'countersign' },
      'MicrosoftAppId: must be an id as Azure shows it: 8-4-4-4-12 hexadecimal digits',
    ],
  ])('does not start with %s', (_what, env, sentence) => {
    expect(mistakes(env)).toEqual([sentence])
  })
})
