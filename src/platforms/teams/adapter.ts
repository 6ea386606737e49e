// Runs the Bot Framework's adapter with our own check of who sends, our own HTTP and our own limits.

import { ConfidentialClientApplication } from '@azure/msal-node'
import {
  type Activity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type InvokeResponse,
  type TurnContext,
} from 'botbuilder'
import {
  type AuthenticateRequestResult,
  AuthenticationConstants,
  ClaimsIdentity,
  type ConnectorClient,
  MsalServiceClientCredentialsFactory,
  TeamsConnectorClient,
} from 'botframework-connector'
import { LRUCache } from 'lru-cache'
import type { BotEnvironment } from './config.ts'
import { connectorHttp, loginHttp, MICROSOFT_LOGIN_URL } from './http-client.ts'

type ClientApplication = ConstructorParameters<typeof MsalServiceClientCredentialsFactory>[1]

/** A tenant, or what a multi-tenant app asks for its own tokens. */
const BOT_FRAMEWORK_TENANT = 'botframework.com'
/** Each region of Teams has its own. */
const MOST_SERVICE_URLS = 100

export class TeamsAdapter extends CloudAdapter {
  readonly #appId: string
  readonly #http: ReturnType<typeof connectorHttp>
  readonly #connectors = new LRUCache<string, ConnectorClient>({ max: MOST_SERVICE_URLS })

  constructor(env: BotEnvironment) {
    super(authentication(env))
    this.#appId = env.appId
    this.#http = connectorHttp(env.timeoutMs)
  }

  /** Runs `logic` for an activity whose sender was verified, and returns what an invoke shall be answered with. */
  async run(
    activity: Activity,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<InvokeResponse | undefined> {
    const identity = this.#identity()
    const verified: AuthenticateRequestResult = {
      audience: AuthenticationConstants.ToChannelFromBotOAuthScope,
      claimsIdentity: identity,
      connectorFactory: this.botFrameworkAuthentication.createConnectorFactory(identity),
    }
    return this.processActivity(verified, activity, logic)
  }

  /** For what no activity asked for. */
  async connector(serviceUrl: string): Promise<ConnectorClient> {
    const known = this.#connectors.get(serviceUrl)
    if (known) return known
    const factory = this.botFrameworkAuthentication.createConnectorFactory(this.#identity())
    const connector = await factory.create(serviceUrl, AuthenticationConstants.ToChannelFromBotOAuthScope)
    this.#connectors.set(serviceUrl, connector)
    return connector
  }

  /** What a team consists of. The SDK's TeamsInfo asks with an HTTP client that hangs and tries again. */
  async teams(serviceUrl: string): Promise<TeamsConnectorClient['teams']> {
    const { credentials } = await this.connector(serviceUrl)
    return new TeamsConnectorClient(credentials, { baseUri: serviceUrl, httpClient: this.#http }).teams
  }

  #identity(): ClaimsIdentity {
    return new ClaimsIdentity([
      { type: AuthenticationConstants.AudienceClaim, value: this.#appId },
      { type: AuthenticationConstants.AppIdClaim, value: this.#appId },
    ])
  }
}

function authentication({ appId, password, tenantId, cloud, timeoutMs }: BotEnvironment) {
  const login = new ConfidentialClientApplication({
    auth: {
      clientId: appId,
      clientSecret: password,
      authority: `${MICROSOFT_LOGIN_URL}/${tenantId ?? BOT_FRAMEWORK_TENANT}`,
    },
    system: { networkClient: loginHttp(cloud?.loginUrl ?? MICROSOFT_LOGIN_URL, timeoutMs) },
  })
  return new ConfigurationBotFrameworkAuthentication(
    { MicrosoftAppId: appId },
    // The very class that it takes, which msal-node declares twice: for ESM and for CommonJS.
    new MsalServiceClientCredentialsFactory(appId, login as unknown as ClientApplication),
    undefined,
    undefined,
    { httpClient: connectorHttp(timeoutMs) },
  )
}
