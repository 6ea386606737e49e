// Counts and times HTTP requests by the route's pattern, never by what somebody put into a path.

import type { Request, RequestHandler, Response } from 'express'
import { Counter, Histogram, type Registry } from 'prom-client'
import { codeOf } from '../../kit/problem.ts'

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
  const problems = new Counter({
    name: 'countersign_http_problems_total',
    help: 'Requests that were answered with a problem, by its code',
    labelNames: ['method', 'route', 'code'],
    registers: [registry],
  })
  return (req, res, next) => {
    const began = performance.now()
    res.once('close', () => {
      const asked = { method: req.method, route: routeOf(req) }
      const label = { ...asked, status: statusOf(res) }
      requests.inc(label)
      const code = codeOf(res)
      if (code !== undefined) problems.inc({ ...asked, code })
      seconds.observe(label, (performance.now() - began) / 1000)
    })
    next()
  }
}

/** Each endpoint has its own, also where a route serves many; what no route took, files included, is one. */
function routeOf(req: Request): string {
  if (!req.route) return 'none'
  const paths: string[] = [req.route.path].flat()
  const own = paths.length > 1 ? paths.find((path) => patternOf(path).test(req.path)) : paths[0]
  return req.baseUrl + own
}

/** As express reads a path: in any case, and with a slash at its end or without. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`, 'i')
}

function statusOf(res: Response): string {
  return res.writableFinished ? String(res.statusCode) : 'aborted'
}
