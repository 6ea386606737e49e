// Runs a server for the bench in a process of its own, which ends when we do and is asked over IPC.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface Child {
  pid: number
  /** Sends a message and resolves with the answer; one at a time. */
  ask<T>(message: unknown): Promise<T>
  /** Resolves when the process is gone. */
  stop(): Promise<void>
}

const START_MS = 60_000
/** Loaded before a program that does not know us. */
const END_WITH_PARENT = `process.once('disconnect', () => process.exit()); process.channel.unref()`

/** A file of the bench, which says `ready` and ends when we disconnect. */
export async function startChild(file: string, env: Record<string, string>): Promise<Child> {
  const child = forked(join(import.meta.dirname, file), env, [])
  await withTimeout(answerOf(child), START_MS, `${file} did not start`)
  return {
    pid: child.pid as number,
    async ask<T>(message: unknown) {
      child.send(message as object)
      return (await answerOf(child)) as T
    },
    async stop() {
      const gone = once(child, 'exit')
      if (child.connected) child.disconnect()
      if (child.exitCode === null) await gone
    },
  }
}

/** Any program, just started; `stop` is a SIGTERM. */
export function startProgram([file, ...args]: string[], env: Record<string, string>): Omit<Child, 'ask'> {
  const preload = `data:text/javascript,${encodeURIComponent(END_WITH_PARENT)}`
  const child = forked(join(import.meta.dirname, '..', file ?? ''), env, ['--import', preload], args)
  return {
    pid: child.pid as number,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      if (child.exitCode === null) await gone
    },
  }
}

function forked(
  file: string,
  env: Record<string, string>,
  execArgv: string[],
  args: string[] = [],
): ChildProcess {
  return fork(file, args, {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const abort = new AbortController()
  const { signal } = abort
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`a server ended early (${code})`)
      }),
    ])
  } finally {
    abort.abort()
  }
}

export function withTimeout<T>(promise: Promise<T>, ms: number, says: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(says)), ms)
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer))
}
