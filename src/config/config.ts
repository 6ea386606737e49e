// Reads the configuration from the environment, once at start, with a sentence for each mistake.

import { isIP } from 'node:net'
import { z } from 'zod'
import { StartError } from '../kit/start-error.ts'
import { wholeNumber } from '../kit/whole-number.ts'
import { BOT_TOKEN, maySign, tokenMistake, WRONG_SIGNING_SECRET } from '../platforms/slack/token.ts'
import {
  adminKey,
  bareUrl,
  cidrs,
  databaseUrl,
  guid,
  listenAddress,
  origin,
  slackApiUrl,
  tenantId,
  tenants,
} from './fields.ts'
import { misspelt } from './known-names.ts'
import { signOfRealThing } from './real-thing.ts'
import { readSecret } from './secret-file.ts'
import { type TeamsApp, teamsApp } from './teams-app.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** For what comes before and after the send itself: reading, drawing, settling. */
const LEASE_MARGIN_SECONDS = 15

/** Of a backup, also where it is typed. */
export const SHORTEST_PASSPHRASE = 12

/** Of the commands that ask a server. */
const CLIENT_VARIABLES = ['COUNTERSIGN_URL', 'COUNTERSIGN_API_KEY']

const APP_TYPES = ['SingleTenant', 'MultiTenant'] as const

/** Every variable, as text. An empty one counts as unset; `NAME_FILE` names a file that holds NAME. */
export const environment = z.object({
  HOST: listenAddress.default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535).default(3000),
  PUBLIC_URL: origin.optional(),
  DATABASE_URL: databaseUrl.default('data/countersign.db'),
  COUNTERSIGN_SECRET_KEY: z
    .string()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((key) => key.length === 32, 'must be 32 bytes in base64 (openssl rand -base64 32)')
    .optional(),
  COUNTERSIGN_BACKUP_PASSPHRASE: z
    .string()
    .min(SHORTEST_PASSPHRASE, `must have at least ${SHORTEST_PASSPHRASE} characters`)
    .optional(),
  COUNTERSIGN_ADMIN_KEY: adminKey.optional(),
  SLACK_SIGNING_SECRET: z.string().refine(maySign, WRONG_SIGNING_SECRET).optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(BOT_TOKEN, { error: ({ input }) => tokenMistake(input) })
    .optional(),
  SLACK_API_URL: slackApiUrl.default('https://slack.com/api/'),
  MicrosoftAppId: guid().optional(),
  MicrosoftAppPassword: z.string().optional(),
  MicrosoftAppTenantId: tenantId.optional(),
  MicrosoftAppType: z
    .enum(APP_TYPES, `must be ${APP_TYPES.join(' or ')}; other kinds of identity are not supported`)
    .default('SingleTenant'),
  TEAMS_ALLOWED_TENANTS: tenants.optional(),
  EGRESS_ALLOW_CIDRS: cidrs.default([]),
  EGRESS_ALLOW_HTTP: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .default(false),
  TELEGRAM_API_URL: bareUrl.default('https://api.telegram.org'),
  PAGERDUTY_EVENTS_URL: bareUrl.default('https://events.pagerduty.com'),
  TRUST_PROXY: wholeNumber(0, 20).default(0),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  UNREACHED_AFTER_SECONDS: wholeNumber(5, 3600).default(60),
  PEOPLE_TIMEOUT_SECONDS: wholeNumber(1, 60).default(10),
  MACHINES_TIMEOUT_SECONDS: wholeNumber(1, 60).default(30),
  DELIVERY_LEASE_SECONDS: wholeNumber(17, 3600).default(60),
  RETENTION_DAYS: wholeNumber(1, 3650).default(90),
  APPROVAL_RETENTION_DAYS: wholeNumber(1, 3650).optional(),
  LIMIT_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(6000),
  LIMIT_EVENTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(6000),
  LIMIT_PENDING_APPROVALS: wholeNumber(1, 1_000_000).default(1000),
  LIMIT_CONCURRENT_REQUESTS: wholeNumber(1, 1_000_000).default(100),
  LIMIT_WAITS: wholeNumber(1, 1_000_000).default(1000),
})

export interface Config {
  host: string
  port: number
  /** Where it listens; no trailing slash here and below. */
  localUrl: string
  /** Where people and platforms reach it. */
  publicUrl: string
  /** `postgres://…`, or the path of a SQLite file. */
  databaseUrl: string
  secretKey: Buffer | undefined
  adminKey: string | undefined
  slack: { signingSecret: string | undefined; botToken: string | undefined; apiUrl: string }
  /** undefined: no app in Teams. */
  teams: TeamsApp | undefined
  /** Where webhooks may be beside Discord itself, when a stand-in plays it. */
  discord: { apiOrigin?: string }
  telegram: { apiUrl: string }
  pagerduty: { eventsUrl: string }
  /** What configured addresses may be beside public ones with https: ranges, and plain http inside those. */
  egress: { allowCidrs: string[]; allowHttp: boolean }
  /** So many proxies in front are believed. */
  trustProxy: number
  logLevel: string
  /** So long a destination of people has to take a card. */
  unreachedAfterMs: number
  /** So long one request may take. */
  sendTimeouts: { peopleMs: number; machinesMs: number }
  deliveryLeaseMs: number
  /** So long the log of deliveries is kept. */
  retentionDays: number
  /** So long a closed approval is kept; undefined: for ever. */
  approvalRetentionDays: number | undefined
  /** Of each API key that an admin gave none of its own. */
  limits: {
    requests_per_minute: number
    events_per_minute: number
    pending_approvals: number
    concurrent_requests: number
    waits: number
  }
  /** Why the local stand-ins may not play the platforms, as a clause; undefined: they do. */
  noSandbox: string | undefined
}

/** Throws a StartError with a line per mistake. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = gather(env)
  const parsed = environment.safeParse(given)
  if (!parsed.success) {
    throw new StartError(
      parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`).join('\n'),
    )
  }
  const values = parsed.data
  const noSandbox = signOfRealThing(env, values.HOST)
  if (values.PUBLIC_URL === undefined && !canBeLinked(values.HOST)) {
    throw new StartError(`PUBLIC_URL: must be set with HOST ${values.HOST}: cards link to it`)
  }
  const localUrl = `http://${inUrl(values.HOST)}:${values.PORT}`
  return {
    host: values.HOST,
    port: values.PORT,
    localUrl,
    publicUrl: values.PUBLIC_URL ?? localUrl,
    databaseUrl: noSandbox ? values.DATABASE_URL : 'data/sandbox.db',
    secretKey: values.COUNTERSIGN_SECRET_KEY,
    adminKey: values.COUNTERSIGN_ADMIN_KEY,
    slack: {
      signingSecret: values.SLACK_SIGNING_SECRET,
      botToken: values.SLACK_BOT_TOKEN,
      apiUrl: values.SLACK_API_URL,
    },
    teams: teamsApp(values),
    discord: {},
    telegram: { apiUrl: values.TELEGRAM_API_URL },
    pagerduty: { eventsUrl: values.PAGERDUTY_EVENTS_URL },
    egress: egressRules(values),
    trustProxy: values.TRUST_PROXY,
    logLevel: values.LOG_LEVEL,
    unreachedAfterMs: values.UNREACHED_AFTER_SECONDS * 1000,
    ...sendTimes(values),
    retentionDays: values.RETENTION_DAYS,
    approvalRetentionDays: values.APPROVAL_RETENTION_DAYS,
    limits: {
      requests_per_minute: values.LIMIT_REQUESTS_PER_MINUTE,
      events_per_minute: values.LIMIT_EVENTS_PER_MINUTE,
      pending_approvals: values.LIMIT_PENDING_APPROVALS,
      concurrent_requests: values.LIMIT_CONCURRENT_REQUESTS,
      waits: values.LIMIT_WAITS,
    },
    noSandbox,
  }
}

/** A second sender may not take over while the first still waits for an answer. */
function sendTimes(values: z.infer<typeof environment>) {
  const { PEOPLE_TIMEOUT_SECONDS: people, MACHINES_TIMEOUT_SECONDS: machines } = values
  // Slack and Teams may be asked who we are there before a card is sent.
  const leastLease = Math.max(2 * people, machines) + LEASE_MARGIN_SECONDS
  if (values.DELIVERY_LEASE_SECONDS < leastLease) {
    throw new StartError(
      `DELIVERY_LEASE_SECONDS: must be at least ${leastLease}, ${LEASE_MARGIN_SECONDS} more than a send may take: two requests of PEOPLE_TIMEOUT_SECONDS (${people}), or one of MACHINES_TIMEOUT_SECONDS (${machines})`,
    )
  }
  return {
    sendTimeouts: { peopleMs: people * 1000, machinesMs: machines * 1000 },
    deliveryLeaseMs: values.DELIVERY_LEASE_SECONDS * 1000,
  }
}

function egressRules({ EGRESS_ALLOW_CIDRS, EGRESS_ALLOW_HTTP }: z.infer<typeof environment>) {
  if (EGRESS_ALLOW_HTTP && EGRESS_ALLOW_CIDRS.length === 0) {
    throw new StartError('EGRESS_ALLOW_CIDRS: must be set with EGRESS_ALLOW_HTTP, which counts only there')
  }
  return { allowCidrs: EGRESS_ALLOW_CIDRS, allowHttp: EGRESS_ALLOW_HTTP }
}

/** A sentence for each variable whose name is probably a mistake. */
export function misspeltIn(env: NodeJS.ProcessEnv): string[] {
  return misspelt(env, [...Object.keys(environment.shape), ...CLIENT_VARIABLES])
}

/** What each variable says, also where it only names a file; still unchecked. */
export function gather(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(environment.shape).map((name) => {
      const file = env[`${name}_FILE`]
      return [name, env[name] || (file ? readSecret(name, file) : undefined)]
    }),
  )
}

/** Every address is none to go to, and a URL has no room for the zone of an IPv6 address. */
function canBeLinked(host: string): boolean {
  return host !== '0.0.0.0' && host !== '::' && URL.canParse(`http://${inUrl(host)}`)
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}
