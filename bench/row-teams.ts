// (f) Measures how much of a bare bot's speed is left when a Teams click is also decided, audited, told and durable.

import { systemClock } from '../src/kit/clock.ts'
import { keepablePort } from '../test/fakes/server-process.ts'
import { startTeams, type TeamsServer } from '../test/fakes/teams-server.ts'
import { startChild } from './child.ts'
import { load, type Request } from './load.ts'
import { addDestination, startProduct } from './product.ts'
import type { Row } from './row.ts'
import { CHANNEL, tsOf } from './slack-press.ts'
import type { Stage } from './stage.ts'

const CLIENTS = 16

interface Sizes {
  warmUp: number
  count: number
}

/** The stand-in, and where its product is at the moment. */
interface Side {
  server: TeamsServer
  productUrl: string
}

export const teamsClick: Row = {
  letter: 'f',
  title: 'Teams click → durable decision, audit, event, two deliveries → answered invoke',
  measures: { perSecond: { what: 'clicks in Teams a second', unit: '/s', bar: { atLeast: 0.5 } } },
  async prepare(stage) {
    const sizes = stage.quick ? { warmUp: 50, count: 200 } : { warmUp: 1_000, count: 6_000 }
    const side: Partial<Side> & Pick<Side, 'productUrl'> = { productUrl: '' }
    const server = await startTeams(systemClock, () => side.productUrl)
    const teams: Side = Object.assign(side, { server })
    return {
      ours: () => ours(stage, teams, sizes),
      bare: () => bare(teams, sizes),
      end: () => server.close(),
    }
  },
}

async function ours(stage: Stage, teams: Side, { warmUp, count }: Sizes) {
  const database = await stage.database()
  const product = await startProduct(stage, database.url, { BENCH_TEAMS: JSON.stringify(teams.server.app) })
  try {
    const conversation = teams.server.teams.workspace.places.approvals
    teams.productUrl = `http://127.0.0.1:${product.port}`
    await teams.server.teams.install(conversation)
    const places = [
      await addDestination(product, conversation, 'teams', { conversation_id: conversation }),
      await addDestination(product, CHANNEL, 'slack', { channel_id: CHANNEL }),
    ]
    const ids = await product.ask<string[]>({ fill: { approvals: warmUp + count, places } })
    return await presses(product.port, teams.server, ids, warmUp)
  } finally {
    await product.stop()
    await database.drop()
  }
}

async function bare({ server }: Side, { warmUp, count }: Sizes) {
  const port = await keepablePort()
  const env = { PORT: String(port), BENCH_TEAMS: JSON.stringify(server.app) }
  const child = await startChild('bare-teams.ts', env)
  try {
    const ids = Array.from({ length: warmUp + count }, (_, i) => `apr_${String(i).padStart(26, '0')}`)
    return await presses(port, server, ids, warmUp)
  } finally {
    await child.stop()
  }
}

/** One press on the card of each approval; the first ones only warm up. Teams uses a token for many activities. */
async function presses(port: number, { teams, app }: TeamsServer, ids: string[], warmUp: number) {
  const token = await teams.token()
  const requests = ids.map((id, i) => press(teams, app.appId, token, id, i))
  await load(port, CLIENTS, warmUp, (i) => requests[i] as Request)
  const { perSecond } = await load(port, CLIENTS, ids.length - warmUp, (i) => requests[warmUp + i] as Request)
  return { perSecond }
}

function press(
  { workspace, serviceUrl, tenantId }: TeamsServer['teams'],
  appId: string,
  token: string,
  approvalId: string,
  index: number,
): Request {
  const { ana } = workspace.people
  const { approvals } = workspace.places
  const body = JSON.stringify({
    type: 'invoke',
    name: 'adaptiveCard/action',
    id: `f:press-${index}`,
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl: serviceUrl(),
    from: { id: ana.id, name: ana.name, aadObjectId: ana.aadObjectId },
    recipient: { id: `28:${appId}`, name: 'Countersign' },
    conversation: {
      id: `${approvals};messageid=${tsOf(index)}`,
      conversationType: 'channel',
      tenantId,
      isGroup: true,
    },
    channelData: { tenant: { id: tenantId }, team: workspace.team, channel: { id: approvals } },
    replyToId: tsOf(index),
    value: {
      action: {
        type: 'Action.Execute',
        title: 'Approve',
        verb: 'approve',
        data: { action: 'approve', approval_id: approvalId },
      },
      trigger: 'manual',
    },
    locale: 'en-US',
  })
  return {
    method: 'POST',
    path: '/v1/webhooks/teams/interactions',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      authorization: `Bearer ${token}`,
    },
    body,
  }
}
