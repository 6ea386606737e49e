// Shows that every registered platform keeps the contract, with a provider that misbehaves in every way.

import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { EventView } from '../../src/events/event.ts'
import {
  type Destination,
  Failed,
  type Message,
  type Platform,
  Throttled,
} from '../../src/platforms/platform.ts'
import { platformKinds } from '../../src/platforms/registry.ts'
import {
  type AnyProvider,
  environmentAt,
  kindOf,
  portsAt,
  SAMPLES,
  slowDown,
  startAnyProvider,
  TIMEOUTS,
  takes,
} from '../fakes/any-provider.ts'
import { TRICKS } from '../fakes/hostile-approvals.ts'

const VIEW: ApprovalView = {
  id: 'apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  status: 'pending',
  digest: `sha256:${'a'.repeat(64)}`,
  url: 'https://sign.example.com/approvals/apr_01kaf3q2m8e7s9v4w6x8y0z1b3',
  key: { id: 'key_1', name: 'Sales key' },
  agent: { id: 'agent-1', name: 'Agent' },
  action: { tool: 'a.tool', summary: 'a summary', arguments: {}, environment: null },
  reasons: [],
  risk: { level: 'high', score: 0.7 },
  requested_by: null,
  metadata: {},
  created_at: '2026-11-20T12:00:00.000Z',
  expires_at: '2026-11-20T13:00:00.000Z',
  closed_at: null,
  decisions: [],
  progress: [{ requirement: 'reviewers', approved: [], missing: 1 }],
  policy: null,
  review: { note_required: [], details_must_be_opened: false, escalation: null, added: [] },
  answered_by: null,
  review_notes: null,
  grant: null,
  reached: true,
  unreached_reasons: [],
  test: false,
}

const EVENT: EventView = {
  id: 'evt_01kaf3q2m8e7s9v4w6x8y0z1b3',
  type: 'approval.requested',
  severity: 'high',
  created_at: VIEW.created_at,
  environment: null,
  key: VIEW.key,
  agent: VIEW.agent,
  tool: 'a.tool',
  summary: 'a summary',
  action: null,
  approval_id: VIEW.id,
  acknowledged: null,
  data: {},
  url: VIEW.url,
}

const HOSTILE: EventView = {
  ...EVENT,
  type: 'policy.violation',
  approval_id: null,
  agent: { id: TRICKS.join(''), name: TRICKS.toReversed().join('') },
  summary: TRICKS.join(''),
  data: { [TRICKS.join('')]: TRICKS },
}

let provider: AnyProvider
let url: string

beforeAll(async () => {
  provider = await startAnyProvider()
  url = provider.url
})
afterAll(() => provider.close())

/** The platform as it is where the provider is at this address, and a destination there. */
async function placeAt(
  sample: string,
  apiUrl: string,
  timeouts = TIMEOUTS,
): Promise<{ platform: Platform; to: Destination }> {
  const kind = kindOf(sample, apiUrl, url, timeouts)
  const config = kind.config.parse(SAMPLES[sample]?.config(apiUrl))
  return {
    platform: await kind.create(portsAt(apiUrl)),
    to: { id: 'dst_1', name: 'A place', config, includeDetails: true },
  }
}

const APPROVAL = { kind: 'approval', view: VIEW, event: EVENT } as const

test('every platform has a sample', () => {
  for (const { name } of platformKinds(environmentAt(`${url}/`, url)))
    expect(Object.keys(SAMPLES)).toContain(name)
})

test('a provider that hangs holds a send up as long as a send may take there, and no longer', async () => {
  const timeouts = { peopleMs: 2_000, machinesMs: 3_000 }
  const places = await Promise.all(
    Object.keys(SAMPLES).map(async (sample) => ({ sample, ...(await placeAt(sample, `${url}/`, timeouts)) })),
  )
  // What a platform loads at its first send is loaded before.
  provider.answer((_req, res) => void res.writeHead(500).end())
  await Promise.allSettled(places.map(({ platform, to }) => platform.post(APPROVAL, to)))
  provider.answer(() => {})
  const sends = places.map(async ({ sample, platform, to }) => {
    const from = performance.now()
    await expect(platform.post(APPROVAL, to), sample).rejects.toBeInstanceOf(Failed)
    const tookMs = performance.now() - from
    const { audience } = kindOf(sample, `${url}/`, url)
    const mayTakeMs = audience === 'people' ? timeouts.peopleMs : timeouts.machinesMs
    expect(tookMs, sample).toBeGreaterThan(mayTakeMs - 100)
    expect(tookMs, sample).toBeLessThan(mayTakeMs + 1_900)
  })
  await Promise.all(sends)
})

describe.each(Object.entries(SAMPLES))(
  '%s',
  (sample, { config: configAt, handle, readsAnswers, calls, unknownError }) => {
    const alert = { kind: 'alert', event: { ...EVENT, type: 'policy.violation', approval_id: null } } as const

    async function post(message: Message = APPROVAL, apiUrl = `${url}/`) {
      const { platform, to } = await placeAt(sample, apiUrl)
      return platform.post(message, to)
    }
    async function redraw() {
      const { platform, to } = await placeAt(sample, `${url}/`)
      return platform.redraw?.(handle as string, APPROVAL, to)
    }
    const redraws = handle !== undefined
    const { tells = false } = kindOf(sample, 'http://127.0.0.1:9/', 'http://127.0.0.1:9')
    async function tell() {
      const { platform, to } = await placeAt(sample, `${url}/`)
      return platform.tell?.(APPROVAL, { accounts: [], emails: ['ana@example.com'] }, to)
    }

    test('one person alone can be told exactly where it says so, and nobody whom it does not know', async () => {
      provider.answer(takes)
      const { platform } = await placeAt(sample, `${url}/`)
      expect(tells ? platform.tell : !platform.tell).toBeTruthy()
      const unknown = { what: 'message', code: 'recipient_unknown' }
      if (tells) await expect(tell()).rejects.toMatchObject(unknown)
    })

    test('takes its sample config, and refuses an empty one and an unknown field by name', () => {
      const kind = kindOf(sample, `${url}/`, url)
      const config = configAt(`${url}/`)
      expect(kind.config.safeParse(config)).toMatchObject({ success: true })
      expect(kind.config.safeParse({}).success).toBe(false)
      const refused = kind.config.safeParse({ ...config, no_such_field: 1 })
      expect(JSON.stringify(refused.error?.issues)).toContain('no_such_field')
    })

    test('names as secrets only fields that it has', () => {
      const kind = kindOf(sample, `${url}/`, url)
      for (const secret of kind.secrets) {
        const issues = kind.config.safeParse({ ...configAt(`${url}/`), [secret]: 5 }).error?.issues ?? []
        expect(issues.map((issue) => issue.code)).not.toContain('unrecognized_keys')
      }
    })

    const refusals: [string, RequestListener][] = [
      ['an error of its own', (_req, res) => void res.writeHead(500).end('oops')],
      ['nothing', (_req, res) => void res.socket?.destroy()],
      [
        'half an answer',
        (_req, res) => {
          res.writeHead(200, { 'content-length': '99' }).write('{"ok":')
          setTimeout(() => res.socket?.destroy(), 20)
        },
      ],
      ['a redirect', (_req, res) => void res.writeHead(307, { location: '/elsewhere' }).end()],
      [
        'an error that nobody knows',
        (_req, res) => void res.writeHead(unknownError.status).end(JSON.stringify(unknownError.body)),
      ],
    ]
    const oddities: [string, RequestListener][] = [
      ['what is no JSON', (_req, res) => void res.end('<html>')],
      ['5 MB', (_req, res) => void res.end(`{"ok":false,"error":"${'x'.repeat(5_000_000)}"}`)],
    ]
    test.each([...refusals, ...(readsAnswers ? oddities : [])])(
      'a provider that answers %s makes a send fail that is tried again',
      async (_how, listener) => {
        provider.answer(listener)
        for (const message of [APPROVAL, alert]) {
          const failure = await post(message).catch((error) => error)
          expect(failure).toBeInstanceOf(Failed)
          expect(failure.code).toMatch(/^[a-z0-9_]{1,80}$/)
        }
        if (redraws) await expect(redraw()).rejects.toBeInstanceOf(Failed)
        if (redraws && tells) await expect(tell()).rejects.toBeInstanceOf(Failed)
        expect(provider.elsewhere()).toBe(0)
      },
    )

    if (!readsAnswers) {
      test.each(oddities)('a provider that takes it and answers %s has it', async (_how, listener) => {
        provider.answer(listener)
        await expect(post()).resolves.toEqual({})
      })
    }

    test('a provider that is not there makes a send fail that is tried again', async () => {
      await expect(post(APPROVAL, 'http://127.0.0.1:9/')).rejects.toBeInstanceOf(Failed)
    })

    test('a provider that asks to slow down is heard, also when it names no time', async () => {
      const refuse =
        (seconds: number): RequestListener =>
        (_req, res) =>
          void res.writeHead(429, { 'retry-after': String(seconds) }).end(JSON.stringify(slowDown(seconds)))
      provider.answer(refuse(7))
      await expect(post()).rejects.toMatchObject({ delayMs: 7_000 })
      provider.answer(refuse(0))
      const { delayMs } = (await post().catch((error) => error)) as Throttled
      expect(delayMs).toBeGreaterThan(0)
      if (redraws) await expect(redraw()).rejects.toBeInstanceOf(Throttled)
      if (redraws && tells) await expect(tell()).rejects.toBeInstanceOf(Throttled)
    })

    /** The bodies of all that it asks of a provider that takes everything. */
    async function sentBy(
      send: (platform: Platform, to: Destination) => Promise<unknown> | undefined,
    ): Promise<string[]> {
      const bodies: string[] = []
      provider.answer(async (req, res) => {
        bodies.push(decodeURIComponent((await text(req)).replace(/%(?![0-9A-F]{2})/g, '%25')))
        takes(req, res)
      })
      const { platform, to } = await placeAt(sample, `${url}/`)
      await send(platform, to)
      return bodies
    }

    test('people are called by a message that says so, where anything can call them, and by nothing else', async () => {
      for (const message of [APPROVAL, alert]) {
        const uncalled = await sentBy((platform, to) => platform.post(message, to))
        const called = await sentBy((platform, to) => platform.post({ ...message, mention: true }, to))
        expect(uncalled).toHaveLength(1)
        if (calls === undefined) expect(called).toEqual(uncalled)
        else expect([uncalled[0]?.includes(calls), called[0]?.includes(calls)]).toEqual([false, true])
      }
    })

    test('a redraw calls nobody, also when its message says so', async () => {
      for (const message of [APPROVAL, alert]) {
        const redrawn = (what: Message) =>
          sentBy(async (platform, to) => (redraws ? platform.redraw?.(handle, what, to) : undefined))
        const usual = await redrawn(message)
        expect(await redrawn({ ...message, mention: true })).toEqual(usual)
        expect(usual).toHaveLength(redraws ? 1 : 0)
        if (redraws && calls !== undefined) expect(usual[0]).not.toContain(calls)
      }
    })

    test('a digest of 500 hostile alerts is one message, if it takes digests', async () => {
      const events = Array.from({ length: 500 }, (_, i) => ({ ...HOSTILE, id: `${HOSTILE.id}${i}` }))
      const { platform } = await placeAt(sample, `${url}/`)
      for (const mention of [false, true]) {
        const bodies = await sentBy((place, to) => place.digest?.({ events, mention }, to))
        expect(bodies).toHaveLength(platform.digest ? 1 : 0)
        if (platform.digest && calls !== undefined) expect(bodies[0]?.includes(calls)).toBe(mention)
      }
    })
  },
)
