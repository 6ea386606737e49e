// Starts the product with a stand-in for each provider that the fixtures name.

import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { type DiscordServer, startDiscord } from '../fakes/discord-server.ts'
import type { ManualClock } from '../fakes/manual-clock.ts'
import { startPagerDuty } from '../fakes/pagerduty-server.ts'
import { LETS_LOOPBACK, type Receiver, startReceiver } from '../fakes/receiver.ts'
import { startTelegram, type TelegramServer } from '../fakes/telegram-server.ts'

export const SETTINGS = '/v1/settings/notifications'
/** In what is recorded there is no port of the day. */
const PUBLIC_URL = 'https://sign.example.com'

export interface Delivery {
  id: string
  destination_id: string
  event_id: string
  approval_id: string | null
  state: string
  attempts: number
}

export interface Surroundings {
  clock: ManualClock
  running: Running
  telegram: TelegramServer['telegram']
  discord: DiscordServer['discord']
  receiver: Receiver
  /** A call as the admin, or with the key given; throws when it is refused. */
  call<T>(method: string, path: string, body?: unknown, more?: CallOptions): Promise<T>
  deliveries(): Promise<Delivery[]>
  /** Resolves once all that can be sent was tried. */
  allTried(): Promise<void>
  /** The same, and a minute later. */
  settle(): Promise<void>
  close(): Promise<void>
}

interface CallOptions {
  key?: string
  headers?: Record<string, string>
}

export async function openSurroundings(
  databaseUrl: string,
  clock: ManualClock,
  env: Record<string, string>,
): Promise<Surroundings> {
  const [{ telegram, close: closeTelegram }, { discord, apiOrigin, close: closeDiscord }] = await Promise.all(
    [startTelegram(clock), startDiscord(clock)],
  )
  const [pagerDuty, receiver] = await Promise.all([startPagerDuty(clock), startReceiver()])
  const running = await startCountersign({
    databaseUrl,
    clock,
    teams: true,
    discordOrigin: apiOrigin,
    env: {
      ...LETS_LOOPBACK,
      PUBLIC_URL,
      TELEGRAM_API_URL: telegram.apiUrl(),
      PAGERDUTY_EVENTS_URL: pagerDuty.eventsUrl,
      ...env,
    },
  })

  const call: Surroundings['call'] = async (method, path, body, more = {}) => {
    const answer = await running.call(method, path, { ...more, ...(body !== undefined && { body }) })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body as never
  }
  const deliveries = async () =>
    (await call<{ data: Delivery[] }>('GET', '/v1/deliveries?limit=200')).data.reverse()
  const allTried = () =>
    eventually(async () => {
      const { data } = await call<{ data: { id: string; enabled: boolean }[] }>('GET', SETTINGS)
      const on = new Set(data.filter(({ enabled }) => enabled).map(({ id }) => id))
      const isDue = ({ state, attempts, destination_id }: Delivery) =>
        state === 'pending' && attempts === 0 && on.has(destination_id)
      return !(await deliveries()).some(isDue)
    })

  return {
    clock,
    running,
    telegram,
    discord,
    receiver,
    call,
    deliveries,
    allTried: async () => void (await allTried()),
    async settle() {
      await allTried()
      clock.advance(60_000)
    },
    async close() {
      await running.stop()
      await Promise.all([closeTelegram(), closeDiscord(), pagerDuty.close(), receiver.close()])
    },
  }
}
