// Says what one person alone is told of an approval: one line that leads to it, and nothing to press.

import { closingVotes } from '../../approvals/view.ts'
import { identifier } from '../../kit/identifier.ts'
import type { ApprovalMessage, Destination } from '../platform.ts'
import { type Line, plain, tightened } from './line.ts'
import { LONGEST_URL } from './link.ts'
import { endOf } from './outcome.ts'
import { oneLine, shortened, webUrl } from './text.ts'

/** It stands among our words, where no card sets it apart. */
const LONGEST_NOTE = 200
/** Names and identifiers of longer ones would fill a message; a platform may take five characters for one. */
const LONGEST_LINE = 400

/** `now`: UTC epoch milliseconds. Of what the agent wrote it has identifiers alone. */
export function noticeOf(
  { view, event }: Pick<ApprovalMessage, 'view' | 'event'>,
  to: Pick<Destination, 'includeDetails'>,
  now: number,
): Line {
  const left = leftUntil(Date.parse(view.expires_at) - now)
  const what = whatOf(view)
  switch (event.type) {
    case 'approval.requested':
      return linked([...what, ` waits for your approval, ${left} left`], view)
    case 'approval.reminded':
      return linked([{ strong: 'Reminder: ' }, ...what, ` still waits for your approval, ${left} left`], view)
    case 'approval.escalated':
      return linked(['You are asked too: ', ...what, ` waits for approval, ${left} left`], view)
    default:
      return linked(['Asked in your name: ', ...what, ' · ', ...endOf(view), ...noteIn(view, to)], view)
  }
}

function whatOf({ action }: ApprovalMessage['view']): Line {
  const tool = { id: identifier(action.tool) }
  return action.environment === null ? [tool] : [tool, ' in ', { id: identifier(action.environment) }]
}

/** The first of those who closed it, where such things may be read at all. */
function noteIn(
  view: ApprovalMessage['view'],
  { includeDetails }: Pick<Destination, 'includeDetails'>,
): Line {
  const noted = closingVotes(view).find(({ note }) => note !== null && note.trim() !== '')
  if (!includeDetails || !noted?.note) return []
  return [': ', { quote: shortened(oneLine(noted.note), LONGEST_NOTE) }]
}

function linked(line: Line, view: ApprovalMessage['view']): Line {
  const short = plain(line).length > LONGEST_LINE ? tightened(line) : line
  const url = webUrl(view.url)
  return url === undefined || url.length > LONGEST_URL ? short : [...short, ' · ', { words: 'Open', url }]
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** In the largest unit of which there are two, rounded down: `12 minutes`, `90 minutes`, `3 hours`. */
function leftUntil(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, length]) => ms >= 2 * length) ?? ['minute', 60_000]
  const count = Math.floor(ms / unitMs)
  if (count < 1) return 'less than a minute'
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`
}
