// (e) Measures how soon the product is ready, and how much memory it holds when nothing happens.

import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { keepablePort } from '../test/fakes/server-process.ts'
import { startProgram } from './child.ts'
import { productEnv } from './product.ts'
import type { Row } from './row.ts'
import { SIGNING_SECRET } from './slack-press.ts'

const LOOK_EVERY_MS = 5
const START_MS = 60_000
const IDLE_MS = 2_000

export const start: Row = {
  letter: 'e',
  title: 'start, and memory when idle',
  measures: {
    readyMs: { what: 'spawn → ready', unit: 'ms', bar: { atMost: 3 } },
    idleMb: { what: 'memory when idle', unit: 'MB', bar: { atMost: 1.5 } },
  },
  async prepare(stage) {
    const database = await stage.database()
    return {
      ours: () => started(['bin/countersign.js', 'start'], (port) => productEnv(stage, database.url, port)),
      bare: () => started(['bench/bare-app.ts'], (port) => ({ PORT: String(port), SIGNING_SECRET })),
      end: () => database.drop(),
    }
  },
}

async function started(command: string[], envOf: (port: number) => Record<string, string>) {
  const port = await keepablePort()
  const from = performance.now()
  const program = startProgram(command, envOf(port))
  try {
    while (!(await isReady(port))) {
      if (performance.now() - from > START_MS) throw new Error(`${command.join(' ')} did not get ready`)
      await delay(LOOK_EVERY_MS)
    }
    const readyMs = performance.now() - from
    await delay(IDLE_MS)
    return { readyMs, idleMb: residentMb(program.pid) }
  } finally {
    await program.stop()
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200
  } catch {
    return false
  }
}

/** Linux only: NaN elsewhere, and the row is then not ok. */
function residentMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    return Number.NaN
  }
}
