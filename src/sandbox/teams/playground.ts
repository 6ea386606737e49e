// Relays Microsoft's Agents Playground, which has no tokens and a tenant of its own, to the product.

import express, { type Request, type RequestHandler, type Router } from 'express'
import type { JWTPayload } from 'jose'
import { isObject } from './messages.ts'
import { withoutThread } from './places.ts'
import { TENANT_ID } from './workspace.ts'

export interface PlaygroundOptions {
  productUrl: () => string
  /** Where `router` is reachable, without a trailing slash. */
  selfUrl: () => string
  token: (claims: JWTPayload) => Promise<string>
  load: () => SavedPlayground | undefined
  save: (saved: SavedPlayground) => void
  /** Called once the product has heard what somebody wrote there. */
  onMessage: (conversationId: string) => void
}

/** What it takes to reach the Playground that wrote last. */
export interface SavedPlayground {
  connector: string
  tenant: string
}

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\]):\d+\//

/**
 * `POST /messages` takes what the Playground sends, makes it an activity of the stand-in's tenant with a real
 * token, and answers as the product does. `/connector` takes what the product sends back there.
 */
export function createPlaygroundRelay(options: PlaygroundOptions): Router {
  const { productUrl, selfUrl, token, load, save, onMessage } = options
  const router = express.Router()
  router.use(express.text({ type: () => true, limit: '1mb' }))

  router.post('/messages', async (req, res) => {
    const activity = objectIn(req.body)
    const { type, serviceUrl } = activity
    const conversation = isObject(activity.conversation) ? activity.conversation : {}
    const tenant = String(conversation.tenantId)
    if (!LOOPBACK.test(`${serviceUrl}/`)) {
      res.status(400).json({ detail: 'Only a Playground on this machine is served' })
      return
    }
    save({ connector: String(serviceUrl), tenant })
    const ours = { ...activity, serviceUrl: `${selfUrl()}/connector/` }
    const authorization = `Bearer ${await token({ serviceurl: ours.serviceUrl })}`
    const body = JSON.stringify(ours).replaceAll(`"${tenant}"`, `"${TENANT_ID}"`)
    await pass(`${productUrl()}/api/messages`, { method: 'POST', body, authorization }, res)
    if (type === 'message' && res.statusCode < 300) onMessage(withoutThread(String(conversation.id)))
  })

  const toPlayground: RequestHandler = async (req, res) => {
    const playground = load()
    if (!playground) {
      res.status(404).json({ error: { code: 'ConversationNotFound', message: 'No Playground wrote yet.' } })
      return
    }
    const { connector, tenant } = playground
    await pass(connector + req.url, { method: req.method, body: bodyOf(req) }, res, (text) =>
      text.replaceAll(`"${tenant}"`, `"${TENANT_ID}"`),
    )
  }
  router.use('/connector', toPlayground)
  return router
}

interface Passed {
  method: string
  body: string | undefined
  authorization?: string
}

async function pass(
  url: string,
  { method, body, authorization }: Passed,
  res: express.Response,
  change = (text: string) => text,
): Promise<void> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
  res.status(answer.status)
  res.type(answer.headers.get('content-type') ?? 'text/plain').send(change(await answer.text()))
}

function bodyOf({ body }: Request): string | undefined {
  return typeof body === 'string' && body !== '' ? body : undefined
}

function objectIn(body: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(body))
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}
