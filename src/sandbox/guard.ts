// Lets only this machine talk to the sandbox, and never a foreign web page through its browser.

import type { RequestHandler } from 'express'

/**
 * Refuses DNS rebinding (a foreign Host), cross-site requests (a foreign Origin), and whatever came through
 * a proxy, for then the sandbox would be open to those behind it.
 */
export const onlyThisMachine: RequestHandler = (req, res, next) => {
  const port = req.socket.localPort
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  const { host, origin } = req.headers
  const forwarded = Object.keys(req.headers).find((name) => /^(x-forwarded-.*|forwarded|via)$/.test(name))
  if (!host || !hosts.includes(host)) return refuse('Host')
  if (origin !== undefined && origin !== `http://${host}`) return refuse('Origin')
  if (forwarded) return refuse(forwarded)
  next()

  function refuse(header: string): void {
    const detail = `The sandbox answers only to this machine, opened directly (refused for its ${header}).`
    res.status(403).type('application/problem+json')
    res.send(
      JSON.stringify({
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        detail,
        code: 'sandbox_is_local',
      }),
    )
  }
}

/** A form or a plain-text post can be sent across sites without asking; JSON cannot. */
export const onlyJson: RequestHandler = (req, res, next) => {
  if (req.is('application/json')) return next()
  res.status(415).json({ detail: 'Send application/json' })
}
