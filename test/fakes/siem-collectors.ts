// Stands in for Splunk, Datadog and a plain collector: a server that holds requests to their documented rules.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export const SPLUNK_TOKEN = '12345678-abcd-4321-abcd-1234567890ab'
export const DATADOG_KEY = '0123456789abcdef0123456789abcdef'

/** One event, as it came out of its request. */
export type Taken = Record<string, unknown>

export interface Collectors {
  splunk: string
  datadog: string
  plain: string
  /** In their order. */
  readonly taken: Taken[]
  /** Of those that were taken, and of those that were not. */
  readonly requests: { path: string; type: string | undefined; bytes: number; status: number }[]
  /** Refuses with 400 whatever has this in it: Splunk the event alone, and takes those before it. */
  poison: string | undefined
  /** Splunk refuses everything with this code of its own. */
  splunkCode: number | undefined
  reset(): void
  close(): Promise<void>
}

class Refusal extends Error {
  readonly status: number
  readonly body: object
  /** Those before the one that was refused. */
  readonly taken: Taken[]
  constructor(status: number, body: object, taken: Taken[] = []) {
    super(JSON.stringify(body))
    this.status = status
    this.body = body
    this.taken = taken
  }
}

interface Request {
  headers: IncomingMessage['headers']
  text: string
  bytes: number
  poison: string | undefined
  splunkCode: number | undefined
}

/** https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector */
const SPLUNK: Record<number, [status: number, text: string]> = {
  2: [401, 'Token is required'],
  3: [401, 'Invalid authorization'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  7: [400, 'Incorrect index'],
  10: [400, 'Data channel is missing'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
}
const SPLUNK_FIELDS = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']

function splunk({ headers, text, bytes, poison, splunkCode }: Request): Taken[] {
  const refuse = (code: number, more: object = {}, taken: Taken[] = []): never => {
    const [status, reason] = SPLUNK[code] as [number, string]
    throw new Refusal(status, { text: reason, code, ...more }, taken)
  }
  if (headers.authorization === undefined) refuse(2)
  if (!headers.authorization?.startsWith('Splunk ')) refuse(3)
  if (headers.authorization !== `Splunk ${SPLUNK_TOKEN}`) refuse(4)
  if (bytes > 1_000_000) throw new Refusal(413, { text: 'Content-Length is too large' })
  if (text.trim() === '') refuse(5)
  if (splunkCode !== undefined) refuse(splunkCode, { 'invalid-event-number': 1 })
  const objects = concatenated(text) ?? refuse(6)
  for (const [number, object] of objects.entries()) {
    const refuseIt = (code: number) =>
      refuse(code, { 'invalid-event-number': number }, objects.slice(0, number))
    if (!Object.keys(object).every((key) => SPLUNK_FIELDS.includes(key))) refuseIt(6)
    if (typeof object.time !== 'number' || object.time > 1e10) refuseIt(6)
    if (object.event === undefined) refuseIt(12)
    if (object.event === '') refuseIt(13)
    if (poison !== undefined && JSON.stringify(object).includes(poison)) refuseIt(6)
  }
  return objects
}

/** Objects one after the other, whatever blanks are between them; undefined when there is anything else. */
function concatenated(text: string): Taken[] | undefined {
  const objects: Taken[] = []
  let [from, depth, isText] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    if (isText) {
      if (character === '\\') at += 1
      else if (character === '"') isText = false
      continue
    }
    if (character === '"') isText = true
    if (depth === 0 && !/[{\s]/.test(character)) return undefined
    if (character === '{' && depth++ === 0) from = at
    if (character === '}' && --depth === 0) objects.push(JSON.parse(text.slice(from, at + 1)))
  }
  return depth === 0 && !isText ? objects : undefined
}

const DATADOG_FIELDS = ['ddsource', 'ddtags', 'hostname', 'service', 'message']

/** https://docs.datadoghq.com/api/latest/logs/#send-logs */
function datadog({ headers, text, bytes, poison }: Request): Taken[] {
  const refuse = (status: number, detail: string): never => {
    throw new Refusal(status, { errors: [{ status: String(status), title: detail }] })
  }
  if (headers['dd-api-key'] === undefined) refuse(401, 'Unauthorized')
  if (headers['dd-api-key'] !== DATADOG_KEY) refuse(403, 'Forbidden')
  if (bytes > 5_000_000) refuse(413, 'Payload too large')
  if (headers['content-type'] !== 'application/json') refuse(400, 'Bad content type')
  if (poison !== undefined && text.includes(poison)) refuse(400, 'Malformed payload')
  const logs = JSON.parse(text) as Taken[]
  if (!Array.isArray(logs) || logs.length === 0 || logs.length > 1000) refuse(400, 'Bad batch')
  for (const log of logs) {
    const isWhole = DATADOG_FIELDS.every((field) => typeof log[field] === 'string')
    if (!isWhole || Object.keys(log).length !== DATADOG_FIELDS.length) refuse(400, 'Bad log')
    const tags = String(log.ddtags).split(',')
    if (!tags.every((tag) => /^[a-z_]+:[^,:\s]+$/.test(tag))) refuse(400, 'Bad tags')
  }
  return logs
}

/** Cuts into lines, as collectors without a form of their own do. */
function plain({ headers, text, poison }: Request): Taken[] {
  if (poison !== undefined && text.includes(poison)) throw new Refusal(400, {})
  if (!text.endsWith('\n')) throw new Refusal(400, { error: 'the last line has no end' })
  const lines = text.slice(0, -1).split('\n')
  const type = headers['content-type']
  if (type === 'text/plain; charset=utf-8') return lines.map((line) => ({ line }))
  if (type !== 'application/x-ndjson') throw new Refusal(415, { error: type })
  return lines.map((line) => JSON.parse(line))
}

const DOORS: Record<string, { take: (request: Request) => Taken[]; status: number; body: object }> = {
  '/services/collector/event': { take: splunk, status: 200, body: { text: 'Success', code: 0 } },
  '/api/v2/logs': { take: datadog, status: 202, body: {} },
  '/collect': { take: plain, status: 204, body: {} },
}

export async function startCollectors(): Promise<Collectors> {
  const taken: Taken[] = []
  const requests: Collectors['requests'] = []
  const server = createServer(async (req, res) => {
    const path = req.url ?? ''
    const body = await bodyOf(req)
    const { poison, splunkCode } = collectors
    const request = { headers: req.headers, text: body.toString(), bytes: body.length, poison, splunkCode }
    const { status, answer } = answerTo(path, request)
    requests.push({ path, type: req.headers['content-type'], bytes: body.length, status })
    res
      .writeHead(status, { 'content-type': 'application/json' })
      .end(status === 204 ? '' : JSON.stringify(answer))
  })

  function answerTo(path: string, request: Request): { status: number; answer: object } {
    const door = DOORS[path]
    try {
      if (!door) throw new Refusal(404, { text: 'The requested URL was not found on this server.' })
      taken.push(...door.take(request))
      return { status: door.status, answer: door.body }
    } catch (error) {
      if (error instanceof Refusal) {
        taken.push(...error.taken)
        return { status: error.status, answer: error.body }
      }
      return { status: 400, answer: { error: String(error) } }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [splunkPath, datadogPath, plainPath] = Object.keys(DOORS)
  const collectors: Collectors = {
    splunk: `${origin}${splunkPath}`,
    datadog: `${origin}${datadogPath}`,
    plain: `${origin}${plainPath}`,
    taken,
    requests,
    poison: undefined,
    splunkCode: undefined,
    reset() {
      taken.length = 0
      requests.length = 0
      collectors.poison = undefined
      collectors.splunkCode = undefined
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return collectors
}

async function bodyOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return Buffer.concat(chunks)
}
