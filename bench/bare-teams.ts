// The bare baseline of a click in Teams: the Bot Framework's adapter with its own check of tokens, which only answers.

import { CloudAdapter, ConfigurationBotFrameworkAuthentication, type TurnContext } from 'botbuilder'
import express from 'express'
import type { TeamsApp } from '../src/config/teams-app.ts'

const { appId, password, cloud }: TeamsApp = JSON.parse(process.env.BENCH_TEAMS ?? '')
const adapter = new CloudAdapter(
  new ConfigurationBotFrameworkAuthentication({
    MicrosoftAppId: appId,
    MicrosoftAppPassword: password,
    MicrosoftAppType: 'MultiTenant',
    // To name one of these is to name them all.
    ToBotFromChannelOpenIdMetadataUrl: cloud?.openIdMetadataUrl,
    ToChannelFromBotLoginUrl: 'https://login.microsoftonline.com/botframework.com',
    ToChannelFromBotOAuthScope: 'https://api.botframework.com',
    ToBotFromChannelTokenIssuer: 'https://api.botframework.com',
    OAuthUrl: 'https://api.botframework.com',
    ToBotFromEmulatorOpenIdMetadataUrl:
      'https://login.microsoftonline.com/botframework.com/v2.0/.well-known/openid-configuration',
  }),
)
const body = { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Approved' }

const app = express()
app.use(express.json())
app.post('/v1/webhooks/teams/interactions', (req, res) =>
  adapter.process(req, res, async (context: TurnContext) => {
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } })
  }),
)
app.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
process.on('disconnect', () => process.exit(0))
