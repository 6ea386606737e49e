// Fills a database through the doors of the running product with something of everything that it stores.

import { manualClock } from '../fakes/manual-clock.ts'
import { tellAndAcknowledge } from './fill-alerts.ts'
import { askAndClose, askAndLeave } from './fill-approvals.ts'
import { configure, makeKeys } from './fill-settings.ts'
import type { FixtureRecord } from './fixture.ts'
import { type Delivery, openSurroundings, SETTINGS, type Surroundings } from './surroundings.ts'

/** A Monday, outside of quiet hours. */
const BEGIN = Date.UTC(2026, 0, 5, 9)

/** `databaseUrl`: an empty database. Resolves once the server has stopped. */
export async function fill(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<Omit<FixtureRecord, 'rows'>> {
  const around = await openSurroundings(databaseUrl, manualClock(BEGIN), env)
  try {
    const keys = await makeKeys(around)
    const { destinations, webhookSecret } = await configure(around)
    const { repeats, ...closed } = await askAndClose(around, keys)
    const alerts = await tellAndAcknowledge(around, keys)
    const { pendingCard, repeat, ...open } = await askAndLeave(around, keys, destinations)
    return {
      at: around.clock.now(),
      keys,
      destinations,
      webhookSecret,
      approvals: { ...closed, ...open },
      pendingCard,
      repeats: [...repeats, repeat],
      alerts,
      answers: await remember(around, Object.values(alerts)),
    }
  } finally {
    await around.close()
  }
}

/** Every answer about what there is, by its path. */
async function remember(
  { call, deliveries }: Surroundings,
  alerts: string[],
): Promise<FixtureRecord['answers']> {
  const approvals = '/v1/approvals'
  const idsOf = async (list: string) => {
    const { data } = await call<{ data: { id: string }[] }>('GET', list)
    return data.map(({ id }) => id)
  }
  const paths = [
    ...[`${approvals}?limit=200`, SETTINGS, '/v1/settings/conversations', '/v1/api-keys'],
    '/v1/deliveries?limit=200',
    ...(await idsOf(`${approvals}?limit=200`)).map((id) => `${approvals}/${id}`),
    ...(await idsOf(SETTINGS)).map((id) => `${SETTINGS}/${id}`),
    ...alerts.map((id) => `/v1/events/${id}`),
    ...(await deliveries()).filter(isUnusual).map(({ id }) => `/v1/deliveries/${id}`),
  ]
  const answers: FixtureRecord['answers'] = {}
  for (const path of paths) answers[path] = await call('GET', path)
  return answers
}

/** Not sent at the first try. */
function isUnusual({ state, attempts }: Delivery): boolean {
  return state !== 'delivered' || attempts > 1
}
