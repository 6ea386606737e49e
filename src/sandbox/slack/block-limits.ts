// Checks Slack blocks for what Slack would refuse: one sentence for each mistake, with where it is.

import { type Check, items, type Report, required, shortString } from './field-checks.ts'
import { richText } from './rich-text-limits.ts'

/** A message takes fewer blocks than a modal, and nothing to fill in. */
const MESSAGE = { most: 50, inModal: false }

/** The limits are Slack's, from its Block Kit reference. `blockIds` gathers the ids of one whole message. */
export function blockProblems(
  blocks: unknown,
  at: string,
  blockIds: Set<string>,
  { most, inModal } = MESSAGE,
): string[] {
  const problems: string[] = []
  const report: Report = (pointer, problem) => problems.push(`${problem} [json-pointer:${pointer}]`)
  const known = inModal ? { ...BLOCKS, input } : BLOCKS
  for (const [block, pointer] of items(blocks, most, at, report, 0)) {
    const check = Object.hasOwn(known, String(block.type)) && known[block.type as keyof typeof known]
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
  if (part.type === 'overflow') {
    for (const [option, pointer] of items(part.options, 5, `${at}/options`, report, 2)) {
      required(option, 'text', plainText(75), pointer, report)
      shortString(option.value ?? '', 150, `${pointer}/value`, report, 1)
      shortString(option.url, 3000, `${pointer}/url`, report)
    }
    return
  }
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
  /^(image|checkboxes|radio_buttons|datepicker|timepicker|datetimepicker|workflow_button|(multi_)?(static|users|conversations|channels|external)_select)$/

const confirmation: Check = (confirm, at, report) => {
  required(confirm, 'title', plainText(100), at, report)
  required(confirm, 'text', anyText(300), at, report)
  required(confirm, 'confirm', plainText(30), at, report)
  required(confirm, 'deny', plainText(30), at, report)
}

/** Of the fields, the sandbox knows the one for text. */
const input: Check = (block, at, report) => {
  required(block, 'label', plainText(2000), at, report)
  if (block.hint !== undefined) required(block, 'hint', plainText(2000), at, report)
  if (block.optional !== undefined && typeof block.optional !== 'boolean') {
    report(`${at}/optional`, 'must be a boolean')
  }
  required(block, 'element', textInput, at, report)
}

const textInput: Check = (part, at, report) => {
  if (part.type !== 'plain_text_input') report(`${at}/type`, `unsupported type: ${part.type}`)
  shortString(part.action_id, 255, `${at}/action_id`, report)
  shortString(part.initial_value, 3000, `${at}/initial_value`, report)
  if (part.placeholder !== undefined) required(part, 'placeholder', plainText(150), at, report)
  for (const [name, least] of [
    ['min_length', 0],
    ['max_length', 1],
  ] as const) {
    const length = part[name] ?? least
    if (!(Number.isInteger(length) && Number(length) >= least && Number(length) <= 3000)) {
      report(`${at}/${name}`, `must be between ${least} and 3000`)
    }
  }
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
