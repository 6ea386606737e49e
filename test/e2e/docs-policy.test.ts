// Shows that docs/policy.md is true: its policies are read, its commands print what it says, its fields are those there are.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ASK_FIELDS } from '../../src/policy/read-ask.ts'
import { startCommand } from '../fakes/command-line.ts'
import { ADMIN_KEY } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, codesOf, readPage, tables } from '../fakes/doc-page.ts'
import { mistakesIn } from '../fakes/policies.ts'
import { sharedServer } from '../fakes/shared-server.ts'

const [sqlite] = databases
const server = sharedServer((sqlite as NonNullable<typeof sqlite>).create)
const page = readPage('docs/policy.md')
const [policy = '', withPresence = ''] = blocks(page, 'yaml')
const COMMAND = 'npx --no -- countersign '

/** Each command with what the page says that it prints. */
const SAID = [...page.matchAll(/^```sh\nnpx --no -- countersign (.*)\n```\n+```\n([\s\S]*?)^```$/gm)].map(
  ([, command = '', printed = '']) => ({ command, printed }),
)
const [, wrong = ''] = /its own, and the exit code is 1[^`]*```\n([\s\S]*?)^```$/m.exec(page) ?? []

let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-docs-policy-'))
  const members: [group: string, name: string][] = [
    ['payments', 'Ana Ruiz'],
    ['payments', 'Ben Okafor'],
    ['security', 'Gil'],
    ['oncall', 'Ines Kurz'],
  ]
  for (const name of new Set(members.map(([group]) => group))) {
    await server.running.call('POST', '/v1/groups', { body: { name, kind: 'people' } })
  }
  for (const [group, name] of members) {
    const email = `${name.split(' ')[0]}@example.com`
    await server.running.call('POST', `/v1/groups/${group}/members`, { body: { name, email } })
  }
  const changed = policy.replace('above: 500', 'above: 250').replace('    shadow: true\n', '')
  const broken = policy.replace('["payments.*"]', 'payments.*').replace('[deny]', 'deny')
  const [request = ''] = blocks(page, 'json')
  for (const [name, text] of [
    ['policy.yaml', policy],
    ['next.yaml', changed],
    ['broken-policy.yaml', broken],
    ['request.json', request],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(command: string): Promise<string> {
  const env = { COUNTERSIGN_URL: server.running.url, COUNTERSIGN_API_KEY: ADMIN_KEY }
  const { out, err } = await startCommand(command.split(' '), env, folder).ended
  return out + err
}

/** Ids and times are of the day. */
function timeless(text: string): string {
  return text.replace(/(?<=(?:per|apr)_)\w+/g, '…').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
}

test('every command of the command line prints what the page says, in its order', async () => {
  const inPage = blocks(page, 'sh').filter((block) => block.startsWith(COMMAND))
  expect(SAID.map(({ command }) => `${COMMAND}${command}\n`)).toEqual(inPage)
  for (const { command, printed } of SAID) {
    expect(timeless(await run(command)), command).toBe(timeless(printed))
    if (command === 'policy apply policy.yaml') {
      const body = { agent: { id: 'crm-agent' }, action: { tool: 'crm.read' }, risk: { level: 'low' } }
      await server.running.call('POST', '/v1/approvals', { body })
    }
  }
  // To start a process can take half a second.
}, 60_000)

test('mistakes are told as the page says', async () => {
  expect((await run('policy check broken-policy.yaml')).replaceAll('broken-', '')).toBe(wrong)
})

test('every policy of the page is one', () => {
  expect(withPresence).toContain('present: true')
  for (const text of blocks(page, 'yaml')) expect(mistakesIn(text)).toEqual([])
})

test('the tables name fields that there are, and every one of an ask', () => {
  const fieldsOf = (head: string) =>
    tables(page.slice(page.indexOf(`| ${head} |`)))[0]?.flatMap(([cell = '']) => codesOf(cell)) ?? []
  const unknown = (path: string, name: string) => {
    const places: Record<string, string> = {
      'Field of the policy': `{${name}: 0}`,
      'Field of a rule': `{rules: [{${name}: 0}]}`,
      'Field of `match`': `{rules: [{match: {${name}: 0}}]}`,
      'Field of `ask`': `{rules: [{ask: {${name}: 0}}]}`,
      'Field of a risk floor': `{rules: [], risk_floors: [{${name}: 0}]}`,
      Operator: `{rules: [{match: {where: {a: {${name}: 0}}}}]}`,
    }
    return mistakesIn(places[path] ?? '').filter(({ message }) => message.includes('unknown field'))
  }
  for (const head of [
    'Field of the policy',
    'Field of a rule',
    'Field of `match`',
    'Field of `ask`',
    'Field of a risk floor',
    'Operator',
  ]) {
    const fields = fieldsOf(head)
    expect(fields.length, head).toBeGreaterThan(2)
    expect(
      fields.flatMap((name) => unknown(head, name)),
      head,
    ).toEqual([])
  }
  expect(fieldsOf('Field of `ask`').toSorted()).toEqual([...ASK_FIELDS].toSorted())
})
