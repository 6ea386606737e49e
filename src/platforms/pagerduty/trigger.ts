// Makes a PagerDuty page: one line of what happened and how serious it is, and a link to the record.

import type { Severity } from '../../events/severity.ts'
import { identifier } from '../../kit/identifier.ts'
import { fullest } from '../content/budget.ts'
import { announcement } from '../content/content.ts'
import { contentOf } from '../content/message.ts'
import { LINK } from '../content/notes.ts'
import { shortened, webUrl } from '../content/text.ts'
import type { Message } from '../platform.ts'
import { LINKS } from '../render-options.ts'
import { customDetails } from './custom-details.ts'

/** https://developer.pagerduty.com/docs/send-alert-event */
export interface Trigger {
  payload: {
    /** At most 1024 characters. */
    summary: string
    severity: (typeof SEVERITIES)[Severity]
    source: string
    /** ISO 8601 */
    timestamp: string
    class: string
    component?: string
    group?: string
    custom_details: Record<string, string>
  }
  client: string
  client_url?: string
  links?: { href: string; text: string }[]
}

const SEVERITIES = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
} as const satisfies Record<Severity, string>
const MOST_OF_THE_SUMMARY = 1024
/** Of 512 KB that an event may have. */
const ROOM = { payload: 20_000 }

/**
 * Never larger than PagerDuty takes, whatever the agent sent. Nothing is put in the place of a visible character, so that
 * PagerDuty's rules can compare: PagerDuty shows all of it as plain text.
 */
export function triggerOf(message: Message, details: boolean): Trigger {
  const { agent, tool, environment, severity, created_at, type, url } = message.event
  const href = webUrl(url)
  const contentFor = contentOf(message, { details, ...LINKS, mention: false, removed: false }, ROOM)
  const content = fullest(contentFor, () => true)
  return {
    payload: {
      summary: shortened(announcement(content), MOST_OF_THE_SUMMARY - 1),
      severity: SEVERITIES[severity],
      source: agent === null ? 'countersign' : identifier(agent.id),
      timestamp: created_at,
      class: type,
      ...(tool !== null && { component: identifier(tool) }),
      ...(environment !== null && { group: identifier(environment) }),
      custom_details: customDetails(content),
    },
    client: 'Countersign',
    ...(href !== undefined && { client_url: href, links: [{ href, text: LINK }] }),
  }
}
