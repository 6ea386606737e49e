// Runs the command line in a test, as a process of its own with nothing but the environment it is given.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const COMMAND = join(import.meta.dirname, '../../bin/countersign.js')

export interface Started {
  child: ChildProcess
  /** What it printed so far. */
  said(): string
  ended: Promise<{ code: number | null; out: string; err: string }>
}

/** `folder`: where it runs; a `.env` there counts. */
export function startCommand(args: string[], env: Record<string, string>, folder: string): Started {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return {
    child,
    said: () => out + err,
    ended: once(child, 'close').then(([code]) => ({ code, out, err })),
  }
}
