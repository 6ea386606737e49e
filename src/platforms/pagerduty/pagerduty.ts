// Pages the people of a PagerDuty service, and stops once somebody sees to it.

import type { Destination, Message, Platform, PlatformKind } from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import { type Change, sendToPagerDuty } from './api.ts'
import { fingerprintOf, type PagerDutyConfig, pagerdutyConfig } from './config.ts'
import { dedupKeyIn, dedupKeyOf, handleOf, isEnd } from './dedup-key.ts'
import { triggerOf } from './trigger.ts'

export interface PagerDutyEnvironment {
  /** Without a trailing slash: `https://events.pagerduty.com`, that of another service region, or a stand-in. */
  eventsUrl: string
}

/**
 * PagerDuty takes about 120 in 60 s of a routing key; these make 108 of the first minute and 96 of every other.
 * https://developer.pagerduty.com/docs/events-api-rate-limits
 */
const PACE = { perSecond: 1.6, burst: 12 }

export function pagerduty(env: PagerDutyEnvironment & Outgoing): PlatformKind<PagerDutyConfig> {
  return {
    name: 'pagerduty',
    config: pagerdutyConfig,
    secrets: ['routing_key'],
    retryPolicy: 'prompt',
    audience: 'people',
    orderKey: dedupKeyOf,
    keepsExcerpts: true,
    host: () => URL.parse(env.eventsUrl)?.host,
    pace: (config) => [{ bucket: `pagerduty:${fingerprintOf(config)}`, ...PACE }],
    create: () => createPagerDuty(env),
  }
}

function createPagerDuty(env: PagerDutyEnvironment & Outgoing): Platform<PagerDutyConfig> {
  async function bring(dedupKey: string, message: Message, to: Destination<PagerDutyConfig>): Promise<void> {
    const change = changeOf(message, to.includeDetails)
    await sendToPagerDuty(env, env.eventsUrl, to.config, { dedup_key: dedupKey, ...change })
  }

  return {
    async post(message, to) {
      const { event } = message
      // That somebody sees to an alert which was not told here is nothing to page for.
      if (event.type === 'event.acknowledged') return {}
      await bring(dedupKeyOf(event), message, to)
      return { handle: handleOf(event) }
    },
    async redraw(handle, message, to) {
      await bring(dedupKeyIn(handle), message, to)
      return {}
    },
  }
}

/**
 * What is over by now pages nobody. It is sent all the same: a page may stand of which we know nothing, because a
 * process ended between PagerDuty's answer and our note of it.
 */
function changeOf(message: Message, details: boolean): Change {
  const { event } = message
  const isOver = message.kind === 'approval' ? message.view.status !== 'pending' : isEnd(event)
  if (isOver) return { event_action: 'resolve' }
  if (event.acknowledged !== null) return { event_action: 'acknowledge' }
  return { event_action: 'trigger', ...triggerOf(message, details) }
}
