// Counts and times HTTP requests by the route's pattern, never by what somebody put into a path.

import type { Request, RequestHandler, Response } from 'express'
import { Counter, Histogram, type Registry } from 'prom-client'

/** A click is answered within milliseconds, a waiting agent after up to a minute. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const labels = ['method', 'route', 'status'] as const

export function countRequests(registry: Registry): RequestHandler {
  const requests = new Counter({
    name: 'countersign_http_requests_total',
    help: 'Requests by their answer; the status `aborted`: the client was gone before it',
    labelNames: labels,
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'countersign_http_request_seconds',
    help: 'From the head of the request to the end of the answer',
    labelNames: labels,
    buckets: REQUEST_SECONDS,
    registers: [registry],
  })
  return (req, res, next) => {
    const began = performance.now()
    res.once('close', () => {
      const label = { method: req.method, route: routeOf(req), status: statusOf(res) }
      requests.inc(label)
      seconds.observe(label, (performance.now() - began) / 1000)
    })
    next()
  }
}

/** Routes have their whole path; what no route took, files included, is one. */
function routeOf(req: Request): string {
  return req.route ? [req.route.path].flat().join(' ') : 'none'
}

function statusOf(res: Response): string {
  return res.writableFinished ? String(res.statusCode) : 'aborted'
}
