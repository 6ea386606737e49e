// Starts a server that a test can kill: the real `countersign start` in a process of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const START_MS = 20_000
/** Below the range from which the system takes the ports of outgoing connections. */
const PORTS_FROM = 20_000
/** Each worker has a range of its own: another's server may be down for a while when this one asks for a port. */
const PORTS_PER_WORKER = 1_000

/** Short, since on PostgreSQL a dead process' destinations rest for the lease. */
export const SHORT_LEASE = {
  PEOPLE_TIMEOUT_SECONDS: '3',
  MACHINES_TIMEOUT_SECONDS: '3',
  DELIVERY_LEASE_SECONDS: '21',
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface ServerProcess {
  /** Resolves once it listens; rejects with what it printed when it ends before that. */
  ready: Promise<void>
  ended: Promise<Ended>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<Ended>
  /** SIGTERM; resolves when the process is gone, with how long that took. */
  terminate(): Promise<Ended & { tookMs: number }>
  /** What it logged as an error: a bug, or broken infrastructure. */
  errors(): string[]
}

/** Loaded before the server: it ends with us, however we end. */
const END_WITH_PARENT = `
  if (!process.connected) process.exit()
  process.once('disconnect', () => process.exit())
  process.channel.unref()`

export function startServer(env: Record<string, string>): ServerProcess {
  const preload = `data:text/javascript,${encodeURIComponent(END_WITH_PARENT)}`
  const child = spawn(process.execPath, ['--import', preload, join(ROOT, 'bin/countersign.js'), 'start'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const listens = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('Countersign listens')) listens.resolve()
    })
  }
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    listens.reject(new Error(`the server ended (${code ?? signal}):\n${output}`))
    return { code, signal }
  })
  const timer = setTimeout(() => listens.reject(new Error(`no start in time:\n${output}`)), START_MS)
  const ready = listens.promise.finally(() => clearTimeout(timer))
  // Whoever kills it while it starts does not wait for it.
  ready.catch(() => undefined)

  return {
    ready,
    ended,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
    async terminate() {
      const from = performance.now()
      child.kill('SIGTERM')
      return { ...(await ended), tookMs: performance.now() - from }
    },
    errors: () => output.split('\n').filter((line) => /^\{"level":(5|6)0/.test(line)),
  }
}

let given = 0

/** A port that stays free between two lives of a server: nobody gets it by chance, and each is given once. */
export async function keepablePort(): Promise<number> {
  const from = PORTS_FROM + Number(process.env.VITEST_POOL_ID ?? 0) * PORTS_PER_WORKER
  while (given < PORTS_PER_WORKER) {
    const port = from + given++
    const probe = createServer()
    probe.listen(port, '127.0.0.1')
    const isFree = await Promise.race([
      once(probe, 'listening').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false)
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
  throw new Error('no free port')
}
