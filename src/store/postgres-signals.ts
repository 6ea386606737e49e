// Wakes those who wait in other processes after a commit, by LISTEN and NOTIFY, gathered after the commit.

import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../kit/log.ts'
import { localSignals, type Signals, type Topic } from './signals.ts'

const CHANNEL = 'countersign'
/** NOTIFY takes 8,000 bytes; a pair of topic and key has about 50. */
const PAIRS_PER_NOTICE = 100
const RECONNECT_MS = 1_000
const TOPICS: Topic[] = ['approvals', 'deliveries', 'destinations']

/**
 * A signal reaches this process at once and the others by NOTIFY, which is sent outside the transaction (inside,
 * it halves the rate of commits) and carries all that gathered meanwhile. After a lost connection everybody is
 * told to look again.
 */
export async function postgresSignals(
  url: string,
  pool: pg.Pool,
  log: Logger,
): Promise<Signals & { close(): Promise<void> }> {
  const local = localSignals()
  const gathered = new Map<string, [Topic, string]>()
  let flushing: Promise<void> | undefined
  let closed = false
  let listener: pg.Client | undefined
  let backend = 0

  async function flush(): Promise<void> {
    while (gathered.size > 0) {
      const pairs = [...gathered.values()].slice(0, PAIRS_PER_NOTICE)
      for (const pair of pairs) gathered.delete(pair.join())
      // One that fails holds up none of the later ones.
      await pool
        .query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify({ from: backend, pairs })])
        .catch((error) => log.warn({ err: error }, 'other processes were not woken; they look by themselves'))
    }
    flushing = undefined
  }

  async function listen(): Promise<void> {
    const client = new pg.Client({ connectionString: url, keepAlive: true })
    client.on('error', (error) => log.warn({ err: error }, 'the listening database connection broke'))
    client.on('end', () => void reconnect())
    client.on('notification', ({ payload }) => {
      const { from, pairs } = JSON.parse(payload ?? '') as { from: number; pairs: [Topic, string][] }
      if (from !== backend) for (const [topic, key] of pairs) local.publish(topic, key)
    })
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    backend = (await client.query('select pg_backend_pid() as pid')).rows[0].pid
    listener = client
  }

  async function reconnect(): Promise<void> {
    if (closed || !listener) return
    listener = undefined
    while (!closed && !listener) {
      await delay(RECONNECT_MS)
      if (closed) return
      await listen().catch((error) => log.warn({ err: error }, 'still no listening database connection'))
    }
    // `close` found nothing to end.
    if (closed) await (listener as pg.Client | undefined)?.end()
    for (const topic of TOPICS) local.publish(topic, '')
  }

  await listen()
  return {
    subscribe: local.subscribe,
    publish(topic, key) {
      local.publish(topic, key)
      gathered.set([topic, key].join(), [topic, key])
      flushing ??= flush()
    },
    async close() {
      closed = true
      await flushing
      await listener?.end()
    },
  }
}
