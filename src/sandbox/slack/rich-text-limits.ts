// Checks a rich text block: which parts it may have, and what stands in each.

import { type Check, items, type Report, required, requiredString } from './field-checks.ts'
import type { JsonObject } from './messages.ts'

/** The strings without which Slack refuses an element. */
const ELEMENTS: Record<string, string[]> = {
  text: ['text'],
  link: ['url'],
  emoji: ['name'],
  user: ['user_id'],
  usergroup: ['usergroup_id'],
  channel: ['channel_id'],
  broadcast: ['range'],
  color: ['value'],
  team: ['team_id'],
  date: ['format'],
}
const STYLES = ['bold', 'italic', 'strike', 'code', 'underline']

const inline = (types: string[]): Check =>
  each((element, at, report) => {
    const type = String(element.type)
    if (!types.includes(type)) return report(`${at}/type`, `unsupported type: ${type}`)
    for (const name of ELEMENTS[type] ?? []) requiredString(element, name, at, report)
    if (element.style !== undefined) required(element, 'style', style, at, report)
  })

const style: Check = (styles, at, report) => {
  for (const [name, value] of Object.entries(styles)) {
    if (!STYLES.includes(name)) report(`${at}/${name}`, 'invalid additional property')
    else if (typeof value !== 'boolean') report(`${at}/${name}`, 'must be a boolean')
  }
}

const anyInline = inline(Object.keys(ELEMENTS))

const PARTS: Record<string, Check> = {
  rich_text_section: anyInline,
  rich_text_quote: anyInline,
  rich_text_preformatted: inline(['text', 'link']),
  rich_text_list(list, at, report) {
    if (list.style !== 'bullet' && list.style !== 'ordered') {
      report(`${at}/style`, 'must be one of bullet, ordered')
    }
    each(part(['rich_text_section']))(list, at, report)
  },
}

export const richText: Check = each(part(Object.keys(PARTS)))

function part(types: string[]): Check {
  return (value, at, report) => {
    const type = String(value.type)
    if (types.includes(type)) PARTS[type]?.(value, at, report)
    else report(`${at}/type`, `unsupported type: ${type}`)
  }
}

function each(check: Check): Check {
  return (parent: JsonObject, at: string, report: Report) => {
    for (const [element, pointer] of items(
      parent.elements,
      Number.POSITIVE_INFINITY,
      `${at}/elements`,
      report,
    )) {
      check(element, pointer, report)
    }
  }
}
