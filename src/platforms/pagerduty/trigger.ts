// Makes a PagerDuty page: one line of what happened and how serious it is, and a link to the record.

import type { Severity } from '../../events/severity.ts'
import { titleOf } from '../content/alert.ts'
import { disarmed, oneLine, shortened, webUrl } from '../content/text.ts'
import type { Message } from '../platform.ts'
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
/** How long one may be is not documented. */
const MOST_OF_A_FIELD = 250

/**
 * Never larger than PagerDuty takes, whatever the agent sent. In what people read nothing of the agent's comes alive,
 * wherever PagerDuty passes it on; what PagerDuty's own rules compare (source, component, group) is left as it is.
 */
export function triggerOf(message: Message, details: boolean): Trigger {
  const { agent, tool, environment, severity, created_at, type, url } = message.event
  const href = webUrl(url)
  return {
    payload: {
      summary: summaryOf(message, details),
      severity: SEVERITIES[severity],
      source: agent === null ? 'countersign' : field(agent.id),
      timestamp: created_at,
      class: type,
      ...(tool !== null && { component: field(tool) }),
      ...(environment !== null && { group: field(environment) }),
      custom_details: customDetails(message, details),
    },
    client: 'Countersign',
    ...(href !== undefined && { client_url: href, links: [{ href, text: 'View in Console' }] }),
  }
}

/** What a phone shows or reads out. */
function summaryOf(message: Message, details: boolean): string {
  const { agent, tool, summary } = message.event
  const parts: [text: string | null | undefined, max: number][] = [
    [tool, 150],
    [agent?.name, 100],
    // An agent that says nothing has the tool there.
    [details && summary !== tool ? summary : null, 300],
  ]
  const rest = parts.flatMap(([text, max]) => (text ? [disarmed(shortened(oneLine(text), max))] : []))
  const isTest = message.kind === 'approval' && message.view.test
  return [isTest ? 'This is a test' : titleOf(message.event), ...rest].join(' - ')
}

function field(text: string): string {
  return shortened(oneLine(text), MOST_OF_A_FIELD)
}
