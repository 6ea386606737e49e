// Lets only this machine talk to the sandbox, and never a foreign web page through its browser.

import type { Request, RequestHandler } from 'express'

/** Headers that proxies, load balancers, tunnels and content networks add, and no browser sends by itself. */
const PROXY_HEADERS = [
  // Forwarded, X-Forwarded-For, X-Original-Forwarded-For, Max-Forwards
  /forward/,
  // X-Real-IP, CF-Connecting-IPv6, True-Client-IP, X-Azure-ClientIP, X-Remote-Addr, X-Originating-Host
  /(^|-|client|socket)(ip|ipv6|addr|address)$/,
  /^(x-)?(real|remote|original|originating|rewrite)-/,
  // Via, X-BlueCoat-Via
  /(^|-)via$/,
  // Proxy-Connection, X-ProxyUser-IP, WL-Proxy-SSL
  /proxy/,
  /^(cf|cdn|fastly|fly|true|akamai|tailscale|ngrok)-/,
  /^x-(host|scheme|envoy|amz|amzn|amzn-trace|azure|arr|appengine|cloud|gfe|vercel|nf|akamai|cluster|varnish|cache)(-|$)/,
]

/**
 * Refuses DNS rebinding (a foreign Host), cross-site requests (a foreign Origin), and whatever came through
 * a proxy, for then the sandbox would be open to those behind it.
 */
export const onlyThisMachine: RequestHandler = (req, res, next) => {
  const port = req.socket.localPort
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  const { host, origin } = req.headers
  if (!host || !hosts.includes(host)) return refuse('Host')
  if (origin !== undefined && origin !== `http://${host}`) return refuse('Origin')
  const proxied = signOfProxy(req)
  if (proxied) return refuse(proxied)
  next()

  function refuse(sign: string): void {
    const detail = `The sandbox answers only to this machine, opened directly (refused for its ${sign}).`
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

function signOfProxy({ httpVersion, headers }: Request): string | undefined {
  // What nginx speaks to what is behind it, and no browser any more.
  if (httpVersion === '1.0') return 'HTTP/1.0'
  return Object.keys(headers).find((name) => PROXY_HEADERS.some((sign) => sign.test(name)))
}

/** A form or a plain-text post can be sent across sites without asking; JSON cannot. */
export const onlyJson: RequestHandler = (req, res, next) => {
  if (req.is('application/json')) return next()
  res.status(415).json({ detail: 'Send application/json' })
}
