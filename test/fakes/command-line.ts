// Runs the command line in a test, as a process of its own with nothing but the environment it is given.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const PROJECT = join(import.meta.dirname, '../..')
const COMMAND = join(PROJECT, 'bin/countersign.js')

export interface Started {
  child: ChildProcess
  /** What it printed so far. */
  said(): string
  ended: Promise<{ code: number | null; out: string; err: string }>
}

/** `folder`: where it runs; a `.env` there counts. */
export function startCommand(args: string[], env: Record<string, string>, folder: string): Started {
  return started(process.execPath, [COMMAND, ...args], env, folder)
}

/** The script of package.json as npm runs it: in a shell, whose process is the one that npm signals. */
export function startScript(name: string, env: Record<string, string>, folder: string): Started {
  symlinkSync(join(PROJECT, 'bin'), join(folder, 'bin'))
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
  const path = `${dirname(process.execPath)}:${process.env.PATH}`
  return started('sh', ['-c', scripts[name]], { PATH: path, ...env }, folder)
}

function started(program: string, args: string[], env: Record<string, string>, folder: string): Started {
  const child = spawn(program, args, {
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
