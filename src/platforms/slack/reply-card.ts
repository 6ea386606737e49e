// Draws an answer or a refusal in Slack that only the person who asked or clicked sees.

import type { Button, KnownBlock, SectionBlock } from '@slack/types'
import type { Refusal } from '../../approvals/refusals.ts'
import type { Reply } from '../../commands/commands.ts'
import { type Budget, fullest } from '../content/budget.ts'
import { oneLine, prose, revealed, shortened, webUrl } from '../content/text.ts'
import { isShortEnough } from './message.ts'
import { literal, markup, mrkdwn, preformatted, quotation } from './text.ts'

const FIELDS_OF_A_SECTION = 10
const LONGEST_TITLE = 140
/** Facts are ours, and are not cut to make room for a payload: so many of that length always fit. */
const MOST_FACTS = 11
const LONGEST_FACT = 215

export interface ReplyCard {
  response_type: 'ephemeral'
  /** For notifications: the blocks are what is shown. */
  text: string
  blocks: KnownBlock[]
}

export interface RefusalCard {
  response_type: 'ephemeral'
  replace_original: false
  text: string
}

/** Why something does not count. */
export type Told = Pick<Refusal, 'text' | 'first'>

/** Never longer than Slack takes, whatever the reply holds, and all of it literal; what was cut is said. */
export function replyCard(reply: Reply): ReplyCard {
  return fullest(
    (budget): ReplyCard => ({
      response_type: 'ephemeral',
      text: mrkdwn([{ name: shortened(oneLine([reply.note ?? '', reply.title].join(' ')), 140) }]),
      blocks: blocks(reply, budget),
    }),
    isShortEnough,
  )
}

function blocks(reply: Reply, budget: Budget): KnownBlock[] {
  const { note, title, lines, quote, payload, link } = reply
  const parts: KnownBlock[] = [
    ...(note === undefined ? [] : [section(budget.of('the note', oneLine(note), 140))]),
    { type: 'header', text: literal(budget.fixed('the title', oneLine(title), LONGEST_TITLE)) },
    ...facts(reply, budget),
  ]
  if (lines.length > 0) {
    const text = prose(lines.map(oneLine).join('\n'))
    parts.push(section(budget.of('the text', text, 2500)))
  }
  if (quote) {
    const label = budget.of("the quote's label", oneLine(quote.label), 60)
    parts.push(quotation(label, budget.of('the quote', prose(quote.text), 3000)))
  }
  if (payload?.trim())
    parts.push(preformatted('Arguments', budget.of('the payload', revealed(payload), 7000)))

  const button = link && linkButton(link, budget)
  const cut = budget.notice()
  if (cut) parts.push({ type: 'context', elements: [markup([cut])] })
  if (button) parts.push({ type: 'actions', elements: [button] })
  return parts
}

function section(text: string): SectionBlock {
  return { type: 'section', text: literal(text) }
}

function facts(reply: Reply, budget: Budget): KnownBlock[] {
  const fields = budget
    .first(reply.facts, MOST_FACTS, 'facts')
    .map(({ label, value }, index) =>
      literal(budget.fixed(`fact ${index + 1}`, `${oneLine(label)}: ${oneLine(value)}`, LONGEST_FACT)),
    )
  const sections: KnownBlock[] = []
  while (fields.length > 0) sections.push({ type: 'section', fields: fields.splice(0, FIELDS_OF_A_SECTION) })
  return sections
}

function linkButton(link: NonNullable<Reply['link']>, budget: Budget): Button | undefined {
  const url = webUrl(link.url)
  if (!url) return undefined
  const label = budget.of("the button's label", oneLine(link.label), 70)
  return { type: 'button', action_id: 'view_console', text: literal(label), url }
}

/** For the clicker alone: the message that was clicked stays. */
export function refusalCard(told: Told): RefusalCard {
  return { response_type: 'ephemeral', replace_original: false, text: refusalText(told) }
}

/** As mrkdwn. */
export function refusalText({ text, first }: Told): string {
  const by = first === null ? '' : ` by ${mrkdwn([{ name: shortened(oneLine(first), 80) }])}`
  return `:warning: ${text}${by}`
}
