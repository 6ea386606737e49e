// Shapes an event for machines to read: whole, or as much of it as fits, with a link to all of it.

import type { EventView } from '../events/event.ts'
import { sha256Hex } from '../kit/canonical-json.ts'
import { titleOf } from './content/alert.ts'
import { shortened } from './content/text.ts'

/** Below 4 KB, however they are counted. */
export const MOST_BYTES = 4000
/** As JSON; all of them with what is ours leave room for some data. */
const MOST_SUMMARY_BYTES = 450
const MOST_TEXT_BYTES = 150
/** Beside the quotation marks, what 200 characters of any script may take, which is all that the API takes. */
const MOST_ID_BYTES = 602
const MOST_ENVIRONMENT_BYTES = 302

/** How much of a value is kept, tried one after the other until it fits. */
const SHARES = [
  { textBytes: 500, items: 10, levels: 4 },
  { textBytes: 100, items: 5, levels: 3 },
  { textBytes: 30, items: 2, levels: 2 },
]
type Share = (typeof SHARES)[number]

/** Of what others wrote, only which agent, which tool and which environment. */
export function withoutDetails(event: EventView): EventView {
  const { type, action, agent, data, approval_id } = event
  const isOurs = /^(event|destination)\./.test(type)
  return {
    ...event,
    agent: agent && { id: agent.id, name: agent.id },
    summary: titleOf(event),
    // Of an approval it is the status, of an agent's alert prose.
    action: isOurs || approval_id !== null ? action : null,
    data: isOurs ? data : {},
  }
}

/** `truncated`: something was left out. */
export type CompactEvent = EventView & { truncated?: true }

/** As JSON at most 4,000 bytes. */
export function compactEvent(event: EventView): CompactEvent {
  if (bytes(JSON.stringify(event)) <= MOST_BYTES) return event
  const { environment, key, agent, tool, summary, action, acknowledged, data } = event
  const text = (given: string | null) => given && cut(given, MOST_TEXT_BYTES)
  const bare: CompactEvent = {
    ...event,
    environment: environment && cutId(environment, MOST_ENVIRONMENT_BYTES),
    key: key && { ...key, name: cut(key.name, MOST_TEXT_BYTES) },
    agent: agent && { id: cutId(agent.id), name: cut(agent.name, MOST_TEXT_BYTES) },
    tool: tool && cutId(tool),
    summary: cut(summary, MOST_SUMMARY_BYTES),
    action: text(action),
    acknowledged: acknowledged && { ...acknowledged, by: cut(acknowledged.by, MOST_TEXT_BYTES) },
    data: {},
    truncated: true,
  }
  return { ...bare, data: fittingData(data, MOST_BYTES - bytes(JSON.stringify(bare))) }
}

/** What has room in so many bytes of JSON, in its order: whole, else shortened, else not at all. */
export function fittingData(data: EventView['data'], room: number): EventView['data'] {
  const kept: [string, unknown][] = []
  let left = room
  for (const [key, value] of Object.entries(data)) {
    const candidates = [() => value, ...SHARES.map((share) => () => reduced(value, share))]
    for (const candidate of candidates) {
      const member = bytes(JSON.stringify({ [key]: candidate() }))
      if (member > left) continue
      kept.push([key, candidate()])
      left -= member
      break
    }
  }
  return Object.fromEntries(kept)
}

function reduced(value: unknown, share: Share): unknown {
  if (typeof value === 'string') return cut(value, share.textBytes)
  if (typeof value !== 'object' || value === null) return value
  if (share.levels === 0) return '…'
  const inside = { ...share, levels: share.levels - 1 }
  if (Array.isArray(value)) return value.slice(0, share.items).map((item) => reduced(item, inside))
  const entries = Object.entries(value).slice(0, share.items)
  return Object.fromEntries(entries.map(([key, item]) => [key, reduced(item, inside)]))
}

/** Two that differ stay different. */
function cutId(id: string, most = MOST_ID_BYTES): string {
  if (bytes(JSON.stringify(id)) <= most) return id
  const hash = `(sha256 ${sha256Hex(JSON.stringify(id)).slice(0, 16)})`
  return cut(id, most - hash.length) + hash
}

/** As much from the beginning as takes at most `most` bytes of JSON. */
function cut(text: string, most: number): string {
  let length = most
  let start = shortened(text, length)
  for (let size = bytes(JSON.stringify(start)); size > most; size = bytes(JSON.stringify(start))) {
    length = Math.floor(length * Math.min(0.95, most / size))
    start = shortened(text, length)
  }
  return start
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}
