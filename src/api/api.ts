// Puts the HTTP API together: each resource under its path, then the answers for everything else.

import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import type { Acknowledge } from '../alerts/acknowledge.ts'
import type { ApprovalDesk } from '../approvals/desk.ts'
import type { Queries } from '../approvals/queries.ts'
import type { DeliveryLog } from '../delivery/log.ts'
import type { Destinations } from '../destinations/destinations.ts'
import type { ExternalGroups } from '../destinations/external-groups.ts'
import type { TestSends } from '../destinations/test-send.ts'
import type { Intake } from '../events/intake.ts'
import type { AlertQueries } from '../events/queries.ts'
import type { SigningKeys } from '../grants/signing-keys.ts'
import type { ApiKeys } from '../identity/api-keys.ts'
import type { Groups } from '../identity/groups.ts'
import type { People } from '../identity/people.ts'
import type { Logger } from '../kit/log.ts'
import type { Platform, PlatformKind } from '../platforms/platform.ts'
import type { Policies } from '../policy/versions.ts'
import { apiKeyEndpoints } from './api-keys/routes.ts'
import { approvalEndpoints } from './approvals/routes.ts'
import { createIdentify } from './caller.ts'
import { deliveryEndpoints } from './deliveries/routes.ts'
import { conversationsEndpoint } from './destinations/conversations.ts'
import { notificationEndpoints } from './destinations/routes.ts'
import { destinationTestEndpoint } from './destinations/test-route.ts'
import type { Endpoint } from './endpoint.ts'
import { answerErrors, nothingHere } from './errors.ts'
import { eventEndpoints } from './events/routes.ts'
import { groupEndpoints } from './groups/routes.ts'
import { healthEndpoints } from './health/routes.ts'
import { jwksEndpoint } from './jwks/routes.ts'
import { createLimiter } from './limiter.ts'
import type { Metrics } from './metrics/metrics.ts'
import { metricsEndpoint } from './metrics/routes.ts'
import { openApiEndpoint } from './openapi/routes.ts'
import { peopleEndpoints } from './people/routes.ts'
import { platformOperations } from './platforms.ts'
import { policyEndpoints } from './policies/routes.ts'
import { type Gate, mountEndpoints, onlyMethods } from './serve.ts'

export interface ApiOptions {
  desk: ApprovalDesk
  queries: Queries
  apiKeys: ApiKeys
  people: People
  policies: Policies
  groups: Groups
  signingKeys: SigningKeys
  externalGroups: ExternalGroups
  destinations: Destinations
  kinds: PlatformKind[]
  platforms: Map<string, Platform>
  testSends: TestSends
  intake: Intake
  alerts: AlertQueries
  acknowledge: Acknowledge
  deliveryLog: DeliveryLog
  metrics: Metrics
  isReady(): Promise<boolean>
  /** Aborted when the server stops: who waits is answered with what is known then. */
  stopping: AbortSignal
  /** Where people reach its pages. */
  publicUrl: string
  log: Logger
}

export interface Api {
  /** The routes, and what answers their errors and those of everything mounted before them. */
  handlers: (RequestHandler | ErrorRequestHandler)[]
  /** What another way to the same operations must let its callers pass. */
  gate: Gate
  endpoints: readonly Endpoint[]
}

export function createApi(options: ApiOptions): Api {
  const { desk, queries, apiKeys, people, destinations, kinds, platforms, testSends, stopping } = options
  const { intake, alerts, acknowledge, deliveryLog } = options
  const api = Router({ caseSensitive: true })
  const limiter = createLimiter()
  const endpoints = [
    ...approvalEndpoints({ desk, queries, stopping }),
    ...notificationEndpoints({ destinations, kinds, platforms }),
    conversationsEndpoint(platforms),
    ...eventEndpoints({ intake, alerts, acknowledge, limiter }),
    ...deliveryEndpoints(deliveryLog),
    destinationTestEndpoint({ destinations, testSends }),
    ...apiKeyEndpoints(apiKeys),
    ...peopleEndpoints(
      people,
      queries,
      kinds.filter(({ inbound }) => inbound).map(({ name }) => name),
    ),
    ...policyEndpoints({ policies: options.policies, queries }),
    ...groupEndpoints({
      groups: options.groups,
      externalGroups: options.externalGroups,
      destinations,
      kinds,
    }),
    ...healthEndpoints(options.isReady),
    jwksEndpoint(options.signingKeys),
    metricsEndpoint(options.metrics),
  ]
  const byPlatforms = platformOperations(kinds)
  const documented = [...endpoints.map(({ operation }) => operation), ...byPlatforms]
  api.use(noStore)
  const gate = { identify: createIdentify(apiKeys, options.publicUrl), limiter }
  mountEndpoints(api, [...endpoints, openApiEndpoint(documented)], gate)
  for (const { path, method } of byPlatforms) api.all(path, onlyMethods([method]))
  api.use(nothingHere)
  return { handlers: [api, answerErrors(options.log)], gate, endpoints }
}

/** What it answers depends on the key and on the moment. */
const noStore: RequestHandler = (req, res, next) => {
  res.set('Cache-Control', 'no-store')
  // Else express answers `If-None-Match: *` with 304, and the agent would have no answer at all.
  delete req.headers['if-none-match']
  next()
}
