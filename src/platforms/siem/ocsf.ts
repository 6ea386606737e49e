// Writes an event for SIEMs that speak OCSF, as a Detection Finding, class 2004 of version 1.9.0.

import type { EventView } from '../../events/event.ts'
import type { Severity } from '../../events/severity.ts'
import { VERSION } from '../../kit/version.ts'
import { fittingData, MOST_BYTES } from '../compact-event.ts'
import { type Budget, fullest } from '../content/budget.ts'
import type { EndpointFact } from './endpoint.ts'
import { factsOf } from './facts.ts'
import { activityOf, type Coded, controlOf, isAlert, statusOf } from './outcome.ts'
import { visible } from './text.ts'
import { recordTitle } from './title.ts'

const CATEGORY = { category_uid: 2, category_name: 'Findings' }
const CLASS = { class_uid: 2004, class_name: 'Detection Finding' }
const SCHEMA_VERSION = '1.9.0'

const SEVERITIES: Record<Severity, Coded> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
}

const LONGEST_SUMMARY = 2000
const LONGEST_NAME = 200
/** For the comma, and the word that some of the data is missing. */
const RESERVED_BYTES = 30

/** https://schema.ocsf.io/1.9.0/classes/detection_finding; as JSON at most 4,000 bytes. */
export function ocsfFinding(event: EventView): object {
  const sizeOf = (value: object) => Buffer.byteLength(JSON.stringify(value))
  const [bare, isCut] = fullest(
    (budget): [Finding, boolean] => [finding(event, budget), budget.notice() !== undefined],
    ([drawn]) => sizeOf(drawn) <= MOST_BYTES - RESERVED_BYTES,
  )
  const data = fittingData(event.data, MOST_BYTES - RESERVED_BYTES - sizeOf(bare))
  const isTruncated = isCut || sizeOf(data) < sizeOf(event.data)
  return {
    ...bare,
    metadata: { ...bare.metadata, ...(isTruncated && { is_truncated: true }) },
    unmapped: { ...bare.unmapped, data },
  }
}

type Finding = ReturnType<typeof finding>

function finding(event: EventView, budget: Budget) {
  const { id, type, created_at, summary, url } = event
  const { subjectId } = factsOf(event)
  const [activity_id, activity_name] = activityOf(event)
  const [severity_id, severity] = SEVERITIES[event.severity]
  const [status_id, status] = statusOf(event)
  const control = controlOf(event)
  return {
    ...CATEGORY,
    ...CLASS,
    type_uid: CLASS.class_uid * 100 + activity_id,
    type_name: `${CLASS.class_name}: ${activity_name}`,
    activity_id,
    activity_name,
    severity_id,
    severity,
    status_id,
    status,
    is_alert: isAlert(event),
    time: Date.parse(created_at),
    ...(event.repeated && { count: event.repeated.count }),
    message: budget.of('', visible(summary), LONGEST_SUMMARY),
    metadata: {
      version: SCHEMA_VERSION,
      uid: id,
      event_code: type,
      original_time: created_at,
      product: { name: 'Countersign', vendor_name: 'Countersign', version: VERSION },
      ...(control && { profiles: ['security_control'] }),
    },
    finding_info: {
      uid: subjectId,
      title: budget.of('', recordTitle(event), LONGEST_NAME),
      types: [type],
      src_url: url,
    },
    ...(control && controlFields(control)),
    ...aboutAgentAndTool(event, budget),
    unmapped: unmapped(event, budget),
  }
}

function controlFields({ action, disposition }: NonNullable<ReturnType<typeof controlOf>>) {
  const [action_id, actionCaption] = action
  const [disposition_id, dispositionCaption] = disposition
  return { action_id, action: actionCaption, disposition_id, disposition: dispositionCaption }
}

/** Which agent, what it called, and from where to where. */
function aboutAgentAndTool(event: EventView, budget: Budget) {
  const { agent, tool } = event
  const short = (text: string) => budget.of('', visible(text), LONGEST_NAME)
  const who = agent && { uid: short(agent.id), name: short(agent.name) }
  const parts = tool === null ? null : partsOf(tool)
  const called = parts && { operation: short(parts.operation), service: { name: short(parts.service) } }
  const ends = endpointsOf(event)
  return {
    ...(who && { resources: [{ ...who, type: 'AI Agent', role_id: 2, role: 'Actor' }] }),
    ...((called || ends) && {
      evidences: [{ ...(called && { api: called }), ...(who && { ai_agent: who }), ...ends }],
    }),
    ...(called && {
      observables: [
        observable('Tool', 'evidences[0].api.service.name', called.service.name),
        observable('Operation', 'evidences[0].api.operation', called.operation),
      ],
    }),
  }
}

/** undefined: neither is known. */
function endpointsOf(event: EventView) {
  const { src, dst } = factsOf(event)
  if (src === undefined && dst === undefined) return undefined
  return { ...(src && { src_endpoint: endpoint(src) }), ...(dst && { dst_endpoint: endpoint(dst) }) }
}

function endpoint({ kind, text }: EndpointFact) {
  return kind === 'host' ? { hostname: text } : { ip: text }
}

/** `slack.post_message` is the operation post_message of slack; a name without a dot is both. */
function partsOf(tool: string): { service: string; operation: string } {
  const dot = tool.lastIndexOf('.')
  const [service, operation] = [tool.slice(0, dot), tool.slice(dot + 1)]
  return dot > 0 && operation ? { service, operation } : { service: tool, operation: tool }
}

/** Of a type that OCSF does not know; `name` is where the value stands in the finding. */
function observable(type: string, name: string, value: string) {
  return { name, type_id: 99, type, value }
}

function unmapped({ tool, environment, action, acknowledged }: EventView, budget: Budget) {
  const short = (text: string) => budget.of('', visible(text), LONGEST_NAME)
  return {
    tool: tool && short(tool),
    environment: environment && short(environment),
    action: action && short(action),
    acknowledged: acknowledged && { ...acknowledged, by: short(acknowledged.by) },
    data: {},
  }
}
