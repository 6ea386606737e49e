// Makes the details of a PagerDuty page: the same facts as on every other platform, row by row.

import type { ApprovalView } from '../../approvals/view.ts'
import type { EventView } from '../../events/event.ts'
import { alertFacts } from '../content/alert.ts'
import { factsOf } from '../content/approval.ts'
import { disarmed, type Excerpts, fullest, oneLine, prettyJson, prose, webUrl } from '../content/text.ts'
import type { Message } from '../platform.ts'
import { withheldWords } from '../render-options.ts'

type Row = [label: string, text: string]

/** Nothing that others wrote comes alive in it; what was cut or left out is said. Far below the 512 KB of an event. */
export function customDetails(message: Message, details: boolean): Record<string, string> {
  const theirs = (excerpts: Excerpts) =>
    message.kind === 'approval'
      ? ofApproval(message.view, details, excerpts)
      : ofAlert(message.event, details, excerpts)
  return fullest(
    (excerpts) =>
      Object.fromEntries([
        ...theirs(excerpts).map(([label, text]) => [label, disarmed(text)]),
        ...ours(message),
        ...note(message.event, details, excerpts),
      ]),
    () => true,
  )
}

function ours(message: Message): Row[] {
  if (message.kind === 'alert') return [['Record', message.event.id]]
  const { expires_at, id } = message.view
  return [
    ['Expires', expires_at],
    ['Record', id],
  ]
}

function note({ url }: EventView, details: boolean, excerpts: Excerpts): Row[] {
  const isLinked = webUrl(url) !== undefined
  const cut = excerpts.notice()
  const notes = [cut && isLinked ? `${cut} View in Console shows all of it.` : cut]
  if (!details) notes.push(withheldWords(isLinked))
  const text = notes.filter((one) => one !== undefined).join(' ')
  return text === '' ? [] : [['Note', text]]
}

function ofApproval(view: ApprovalView, details: boolean, excerpts: Excerpts): Row[] {
  const rows = factsOf(view, { details }, excerpts).map(({ label, value }): Row => [label, value])
  if (!details) return rows
  const { action, reasons } = view
  const why = reasons.map(oneLine).join(', ')
  if (why !== '') rows.push(['Why', excerpts.of('the reasons', why, 300)])
  rows.push(['Summary', excerpts.of('the summary', prose(action.summary), 800)])
  rows.push(['Arguments', excerpts.of('the arguments', prettyJson(action.arguments), 2000)])
  return rows
}

function ofAlert(event: EventView, details: boolean, excerpts: Excerpts): Row[] {
  const facts = alertFacts(event, { details }, excerpts)
  // PagerDuty shows the type itself, as the class.
  const rows = facts.filter(({ label }) => label !== 'Event').map(({ label, value }): Row => [label, value])
  if (!details) return rows
  rows.push(['Message', excerpts.of('the message', prose(event.summary), 800)])
  if (Object.keys(event.data).length > 0) {
    rows.push(['Data', excerpts.of('the data', prettyJson(event.data), 1000)])
  }
  return rows
}
