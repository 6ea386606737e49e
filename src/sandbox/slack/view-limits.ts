// Checks a modal for what Slack would refuse: its frame, its blocks, and the fields that people fill in.

import { blockProblems } from './block-limits.ts'
import { type Check, type Report, required, shortString } from './field-checks.ts'
import { isObject, type JsonObject } from './messages.ts'

const MOST_BLOCKS = 100

/** The limits are Slack's, from its reference of modals. One sentence for each mistake. */
export function viewProblems(view: JsonObject): string[] {
  const problems: string[] = []
  const report: Report = (pointer, problem) => problems.push(`${problem} [json-pointer:${pointer}]`)
  if (view.type !== 'modal') report('/view/type', 'must be one of modal')
  required(view, 'title', frameText, '/view', report)
  for (const name of ['submit', 'close']) {
    if (view[name] !== undefined) required(view, name, frameText, '/view', report)
  }
  shortString(view.private_metadata, 3000, '/view/private_metadata', report)
  shortString(view.callback_id, 255, '/view/callback_id', report)
  shortString(view.external_id, 255, '/view/external_id', report)
  problems.push(
    ...blockProblems(view.blocks, '/view/blocks', new Set(), { most: MOST_BLOCKS, inModal: true }),
  )
  const blocks = Array.isArray(view.blocks) ? view.blocks.filter(isObject) : []
  if (blocks.some(({ type }) => type === 'input') && view.submit === undefined) {
    report('/view', 'missing required field: submit')
  }
  return problems
}

const frameText: Check = (value, at, report) => {
  if (value.type !== 'plain_text') report(`${at}/type`, 'must be one of plain_text')
  shortString(value.text ?? '', 24, `${at}/text`, report, 1)
}
