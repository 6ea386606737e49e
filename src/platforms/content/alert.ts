// Says what a card tells of an alert: what happened, who told it in which words, and who has seen to it.

import { canonicalType, EVENT_TYPES } from '../../events/catalogue.ts'
import type { EventView } from '../../events/event.ts'
import { identifier } from '../../kit/identifier.ts'
import { REMOVED_WORDS, type RenderOptions } from '../render-options.ts'
import type { Budget } from './budget.ts'
import type { Action, Content, Room, Saying } from './content.ts'
import type { Line } from './line.ts'
import { isWhole, LINK, notesOf, previewOf } from './notes.ts'
import { SIGNS } from './signs.ts'
import { oneLine, prettyJson, prose, webUrl } from './text.ts'
import { asker, named, whatOf, whoOf } from './who.ts'

const LONGEST = { action: 150, message: 800, name: 120 }

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
    const seen = seenBy(event)
    const says = options.details ? saysOf(event, budget) : undefined
    const parts = {
      remarks: options.removed && isOpen(event) ? [[{ strong: REMOVED_WORDS }], ...seen] : seen,
      facts: [{ label: 'Time', value: [{ time: event.created_at }] }],
      ...(says && { says, preview: previewOf(wordsOf(event)) }),
      ...(json !== '' && { payload: { label: 'Data', json: budget.of('the data', json, room.payload) } }),
    }
    return {
      tone: event.severity,
      headline,
      byline: ['Told by ', ...asker(event)],
      details: [
        ...whoOf(event),
        ...whatOf(event),
        { label: 'Severity', value: [event.severity.toUpperCase()] },
      ],
      ...parts,
      notes: notesOf(options, budget, url !== undefined, link),
      whole: isWhole(options, budget),
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
  const { environment, severity, test, tool } = event
  const level = test ? '🧪 This is a test' : `${SIGNS[severity]} ${severity.toUpperCase()}`
  return [
    { strong: `${level} · ${subjectOf(event)}` },
    ...repeatOf(event),
    ...(tool === null ? [] : [' · ', { id: identifier(tool) }]),
    ...(environment === null ? [] : [' in ', { id: identifier(environment) }]),
  ]
}

/** Where the place hears only of what repeats. */
export function repeatOf({ repeated }: EventView): Line {
  if (repeated === undefined) return []
  const { count, minutes } = repeated
  return [` · ${count} times in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`]
}

/** The news of an acknowledgement names what was acknowledged. */
function subjectOf({ data, type }: EventView): string {
  const about =
    type === 'event.acknowledged' && typeof data.type === 'string' ? canonicalType(data.type) : undefined
  return about === undefined ? titleOf({ type }) : `Acknowledged: ${titleOf({ type: about })}`
}

/** Of the alert's own card, and of the news that tells others of it. */
function seenBy({ acknowledged, data, type }: EventView): Line[] {
  const seen =
    type === 'event.acknowledged' ? { by: data.acknowledged_by, at: data.acknowledged_at } : acknowledged
  if (typeof seen?.by !== 'string' || typeof seen.at !== 'string') return []
  const name = named(seen.by)
  return [[{ strong: '👀 Acknowledged by ' }, { name }, ' · ', { time: seen.at }]]
}

/** One text, all of it of whoever told it; nothing where they only gave the type, for which we have words of our own. */
function saysOf(event: EventView, budget: Budget): Saying | undefined {
  const { action, agent, test, type } = event
  const words = wordsOf(event)
  const lines =
    words === EVENT_TYPES[type].meaning ? [] : [budget.of('the message', prose(words), LONGEST.message)]
  if (action !== null && type !== 'event.acknowledged' && !isOurs(event))
    lines.push(`Action: ${budget.of('the action', oneLine(action), LONGEST.action)}`)
  if (agent !== null && agent.name !== agent.id) {
    lines.push(`Calls itself: ${budget.of("the agent's name", oneLine(agent.name), LONGEST.name)}`)
  }
  const label = test ? 'The test says' : speakerOf(event)
  return lines.length === 0 ? undefined : { label, text: lines.join('\n') }
}

function speakerOf(event: EventView): string {
  if (isOurs(event)) return 'Countersign says'
  if (event.agent !== null) return 'The agent says'
  // Of an older acknowledgement it is not known whose alert it was: it may have been ours.
  return event.key === null ? 'The alert says' : 'Whoever has the key says'
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
