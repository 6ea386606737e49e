// Makes what a platform is given: the approval or the alert, with why it is sent; as it stands now where people see it.

import { type ApprovalView, closedBy } from '../approvals/view.ts'
import { mentions } from '../destinations/settings.ts'
import { alertView, whatAndWhen } from '../events/alert-view.ts'
import type { EventView } from '../events/event.ts'
import type { DestinationSettings } from '../events/settings.ts'
import type { Message, PlatformKind } from '../platforms/platform.ts'
import type { ToldEvent } from '../store/events.ts'
import { alertThen, viewThen } from './record.ts'

export interface Told {
  event: ToldEvent
  /** Of the approval, for an event of one. */
  view: ApprovalView | undefined
  /** JSON: how often the alert came, where the destination counts; null where it does not. */
  repeated: string | null
}

export interface Telling {
  settings: DestinationSettings
  audience: PlatformKind['audience']
  publicUrl: string
  now: number
}

export function messageOf(told: Told, { settings, audience, publicUrl, now }: Telling): Message {
  const { view } = told
  const event = eventOf(audience === 'machines' ? toldThen(told) : told, publicUrl)
  const mention = (isAlert: boolean) => mentions(settings, { severity: event.severity, isAlert }, now)
  if (!view) return { kind: 'alert', event, mention: mention(true) && event.acknowledged === null }
  return { kind: 'approval', view, event, mention: mention(false) && view.status === 'pending' }
}

function toldThen({ event, view, ...told }: Told): Told {
  return view ? { ...told, event, view: viewThen(view, event) } : { ...told, event: alertThen(event), view }
}

function eventOf({ event, view, repeated }: Told, publicUrl: string): EventView {
  if (view) return approvalEvent(event, view)
  return { ...alertView(event, publicUrl), ...(repeated !== null && { repeated: JSON.parse(repeated) }) }
}

function approvalEvent(row: ToldEvent, view: ApprovalView): EventView {
  const { action, agent, decisions, digest, key, risk, status } = view
  return {
    ...whatAndWhen(row),
    environment: action.environment,
    key,
    agent,
    tool: action.tool,
    summary: action.summary,
    action: status,
    approval_id: view.id,
    acknowledged: null,
    data: {
      digest,
      risk,
      reasons: view.reasons,
      expires_at: view.expires_at,
      closed_at: view.closed_at,
      decisions: decisions.map(({ verdict, reviewer, source, note }) => ({
        verdict,
        reviewer: reviewer.name,
        reviewer_email: reviewer.email,
        source,
        note,
      })),
      decided_by: closedBy(view),
      progress: view.progress.map(({ requirement, approved, missing }) => ({
        requirement,
        approved: approved.map(({ name }) => name),
        missing,
      })),
      review_notes: view.review_notes,
      grant: view.grant,
      policy: view.policy && { version: view.policy.version, rule: view.policy.rule },
      answered_by: view.answered_by,
      ...(!view.reached && { unreached_reasons: view.unreached_reasons }),
      ...(view.test && { test: true }),
    },
    ...(view.test && { test: true }),
    url: view.url,
  }
}
