// Tells the sandbox's page of every change by server-sent events, each a whole snapshot.

import type { RequestHandler, Response } from 'express'
import type { Snapshot } from './snapshot.ts'

export interface LiveState {
  stream: RequestHandler
  /** Sends soon: the changes of one moment become one snapshot. */
  changed(): void
  close(): void
}

const TOGETHER_MS = 15
const HEARTBEAT_MS = 15_000

export function createLiveState(snapshot: () => Snapshot): LiveState {
  const open = new Set<Response>()
  let pending: NodeJS.Timeout | undefined

  function send(res: Response): void {
    // A reader that lags gets the latest state once it has caught up, not every state in between.
    if (res.writableNeedDrain) res.once('drain', () => send(res))
    else res.write(`data: ${JSON.stringify(snapshot())}\n\n`)
  }

  const heartbeat = setInterval(() => {
    for (const res of open) res.write(': still here\n\n')
  }, HEARTBEAT_MS)
  heartbeat.unref()

  return {
    stream(_req, res) {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      res.write('retry: 1000\n\n')
      open.add(res)
      res.on('close', () => open.delete(res))
      send(res)
    },
    changed() {
      pending ??= setTimeout(() => {
        pending = undefined
        for (const res of open) send(res)
      }, TOGETHER_MS)
    },
    close() {
      clearTimeout(pending)
      clearInterval(heartbeat)
      for (const res of open) res.end()
    },
  }
}
