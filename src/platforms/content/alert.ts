// Says what a card tells of an alert: what happened, who told it in which words, and who has seen to it.

import type { EventView } from '../../events/event.ts'
import type { RenderOptions } from '../render-options.ts'
import type { Budget } from './budget.ts'
import type { Action, Content, Room, Saying } from './content.ts'
import type { Line } from './line.ts'
import { LINK, notesOf, previewOf } from './notes.ts'
import { SIGNS } from './signs.ts'
import { identifier, oneLine, prettyJson, prose, webUrl } from './text.ts'
import { asker, named, whatOf, whoOf } from './who.ts'

const LONGEST = { action: 150, message: 800 }

/** `event` may hold anything in what others wrote; the answer never mixes it with our words. */
export function alertContent(
  event: EventView,
  options: RenderOptions,
  room: Room,
): (budget: Budget) => Content {
  const json = options.details && Object.keys(event.data).length > 0 ? prettyJson(event.data) : ''
  const url = webUrl(event.url)
  const link = linkLabel(event, options)
  return (budget) => {
    const headline = headlineOf(event)
    const seen = seenBy(event, budget)
    const parts = {
      remarks: seen,
      facts: [{ label: 'Time', value: [{ time: event.created_at }] }],
      ...(options.details && { says: saysOf(event, budget) }),
      ...(json !== '' && { payload: { label: 'Data', json: budget.of('the data', json, room.payload) } }),
    }
    return {
      tone: event.severity,
      headline,
      byline: ['Told by ', ...asker(event, budget)],
      details: [
        ...whoOf(event, budget),
        ...whatOf(event),
        { label: 'Severity', value: [event.severity.toUpperCase()] },
      ],
      ...(options.details && { preview: previewOf(wordsOf(event)) }),
      ...parts,
      notes: notesOf(options, budget, url !== undefined, link),
      reference: [{ id: event.type }, ' · ', { id: event.id }],
      ...(seen[0] !== undefined && { outcome: seen[0] }),
      actions: [
        ...(options.interactive && isOpen(event)
          ? [{ kind: 'acknowledge', eventId: event.id } as const]
          : []),
        ...(url === undefined ? [] : [{ kind: 'link', label: link, url } as Action]),
      ],
    }
  }
}

/** `circuit_breaker.triggered` as words. */
export function titleOf({ type }: Pick<EventView, 'type'>): string {
  const words = type.replace(/[._]/g, ' ').replace(/^pii\b/, 'PII')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Whether nobody has seen to it yet; that somebody did is itself nothing to see to. */
function isOpen({ type, approval_id, acknowledged }: EventView): boolean {
  return acknowledged === null && approval_id === null && type !== 'event.acknowledged'
}

/** What leads to the record: on an open alert that can be acknowledged there it stands beside Acknowledge. */
function linkLabel(event: EventView, { interactive }: Pick<RenderOptions, 'interactive'>): string {
  return interactive && isOpen(event) ? 'Investigate' : LINK
}

function headlineOf(event: EventView): Line {
  const { environment, severity, tool } = event
  return [
    { strong: `${SIGNS[severity]} ${severity.toUpperCase()} · ${titleOf(event)}` },
    ...(tool === null ? [] : [' · ', { id: identifier(tool) }]),
    ...(environment === null ? [] : [' in ', { id: identifier(environment) }]),
  ]
}

/** Of the alert's own card, and of the news that tells others of it. */
function seenBy({ acknowledged, data, type }: EventView, budget: Budget): Line[] {
  const seen =
    type === 'event.acknowledged' ? { by: data.acknowledged_by, at: data.acknowledged_at } : acknowledged
  if (typeof seen?.by !== 'string' || typeof seen.at !== 'string') return []
  const name = named(seen.by, 'the name', budget)
  return [[{ strong: '👀 Acknowledged by ' }, { name }, ' · ', { time: seen.at }]]
}

/** One text, all of it of whoever told it. */
function saysOf(event: EventView, budget: Budget): Saying {
  const { action, agent, type } = event
  const lines = [budget.of('the message', prose(wordsOf(event)), LONGEST.message)]
  if (isOurs(event)) return { label: 'Countersign says', text: lines.join('\n') }
  if (action !== null && type !== 'event.acknowledged')
    lines.push(`Action: ${budget.of('the action', oneLine(action), LONGEST.action)}`)
  if (agent !== null && agent.name !== agent.id) {
    lines.push(`Calls itself: ${named(agent.name, "the agent's name", budget)}`)
  }
  return { label: speakerOf(event), text: lines.join('\n') }
}

function speakerOf({ agent, type }: EventView): string {
  if (agent !== null) return 'The agent says'
  // Whose alert it was is not known here: it may have been ours.
  return type === 'event.acknowledged' ? 'The alert says' : 'Whoever has the key says'
}

/** That somebody acknowledged an alert is told by us, in the words of the alert. */
function isOurs({ key, type }: EventView): boolean {
  return key === null && type !== 'event.acknowledged'
}

/** The news of an acknowledgement begins with who it was. */
function wordsOf({ data, summary, type }: EventView): string {
  const lead = `${data.acknowledged_by} acknowledged: `
  return type === 'event.acknowledged' && summary.startsWith(lead) ? summary.slice(lead.length) : summary
}
