// Notices that an answer is over, also when whoever asked hangs up before it.

import type { Request, Response } from 'express'

/** Calls `done` once, when the response has ended; false: that was so already. */
export function onceOver(req: Request, res: Response, done: () => void): boolean {
  if (req.socket.destroyed || res.closed) {
    done()
    return false
  }
  let isOver = false
  const over = () => {
    req.socket.off('close', over)
    // The end of the connection ends the response while it is told to its own listeners, of which this is one.
    if (isOver) return
    isOver = true
    done()
  }
  // A response that waits behind another on its connection hears nothing when that ends.
  res.once('close', over)
  req.socket.once('close', over)
  return true
}
