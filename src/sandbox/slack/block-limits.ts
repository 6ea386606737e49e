// Checks Slack blocks for what Slack would refuse: one sentence for each mistake, with where it is.

import { type Check, items, type Report, required, shortString } from './field-checks.ts'
import { richText } from './rich-text-limits.ts'

/** The limits are Slack's, from its Block Kit reference. `blockIds` gathers the ids of one whole message. */
export function blockProblems(blocks: unknown, at: string, blockIds: Set<string>): string[] {
  const problems: string[] = []
  const report: Report = (pointer, problem) => problems.push(`${problem} [json-pointer:${pointer}]`)
  for (const [block, pointer] of items(blocks, 50, at, report, 0)) {
    const check = Object.hasOwn(BLOCKS, String(block.type)) && BLOCKS[String(block.type)]
    if (!check) {
      report(`${pointer}/type`, `unsupported type: ${block.type}`)
      continue
    }
    shortString(block.block_id, 255, `${pointer}/block_id`, report)
    if (typeof block.block_id === 'string') {
      if (blockIds.has(block.block_id)) report(`${pointer}/block_id`, `block_id already exists`)
      blockIds.add(block.block_id)
    }
    check(block, pointer, report)
  }
  return problems
}

const anyText = (max: number) => textCheck(max, ['plain_text', 'mrkdwn'])
const plainText = (max: number) => textCheck(max, ['plain_text'])

const BLOCKS: Record<string, Check> = {
  divider: () => {},
  header: (block, at, report) => required(block, 'text', plainText(150), at, report),
  section(block, at, report) {
    if (block.text === undefined && block.fields === undefined) report(at, 'must have text or fields')
    if (block.text !== undefined) required(block, 'text', anyText(3000), at, report)
    if (block.fields !== undefined) {
      for (const [field, pointer] of items(block.fields, 10, `${at}/fields`, report)) {
        anyText(2000)(field, pointer, report)
      }
    }
    if (block.accessory !== undefined) required(block, 'accessory', element, at, report)
  },
  context(block, at, report) {
    for (const [part, pointer] of items(block.elements, 10, `${at}/elements`, report)) {
      if (part.type === 'image') image(part, pointer, report)
      else anyText(3000)(part, pointer, report)
    }
  },
  actions(block, at, report) {
    const actionIds = new Set<unknown>()
    for (const [part, pointer] of items(block.elements, 25, `${at}/elements`, report)) {
      element(part, pointer, report)
      if (part.action_id === undefined) continue
      if (actionIds.has(part.action_id)) report(`${pointer}/action_id`, 'action_id already exists')
      actionIds.add(part.action_id)
    }
  },
  rich_text: richText,
  image: (block, at, report) => image(block, at, report),
  markdown: (block, at, report) => shortString(block.text ?? '', 12_000, `${at}/text`, report, 1),
}

const element: Check = (part, at, report) => {
  shortString(part.action_id, 255, `${at}/action_id`, report)
  if (part.confirm !== undefined) required(part, 'confirm', confirmation, at, report)
  if (part.type !== 'button') {
    if (!OTHER_ELEMENTS.test(String(part.type))) report(`${at}/type`, `unsupported type: ${part.type}`)
    return
  }
  required(part, 'text', plainText(75), at, report)
  shortString(part.value, 2000, `${at}/value`, report)
  shortString(part.url, 3000, `${at}/url`, report)
  if (part.style !== undefined && part.style !== 'primary' && part.style !== 'danger') {
    report(`${at}/style`, 'must be one of primary, danger')
  }
}

const OTHER_ELEMENTS =
  /^(image|overflow|checkboxes|radio_buttons|datepicker|timepicker|datetimepicker|workflow_button|(multi_)?(static|users|conversations|channels|external)_select)$/

const confirmation: Check = (confirm, at, report) => {
  required(confirm, 'title', plainText(100), at, report)
  required(confirm, 'text', anyText(300), at, report)
  required(confirm, 'confirm', plainText(30), at, report)
  required(confirm, 'deny', plainText(30), at, report)
}

const image: Check = (value, at, report) => {
  shortString(value.alt_text ?? '', 2000, `${at}/alt_text`, report, 1)
  shortString(value.image_url, 3000, `${at}/image_url`, report, 1)
}

function textCheck(max: number, types: string[]): Check {
  return (value, at, report) => {
    if (!types.includes(String(value.type))) report(`${at}/type`, `must be one of ${types.join(', ')}`)
    shortString(value.text ?? '', max, `${at}/text`, report, 1)
  }
}
