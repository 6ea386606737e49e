// Shows that the command line checks, compares, applies and explains a policy, with a line for each mistake.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { ADMIN_KEY } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { sharedServer } from '../fakes/shared-server.ts'

const [sqlite] = databases
const server = sharedServer((sqlite as NonNullable<typeof sqlite>).create)
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-policy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

function run(...args: string[]) {
  const env = { COUNTERSIGN_URL: server.running.url, COUNTERSIGN_API_KEY: ADMIN_KEY }
  return startCommand(['policy', ...args], env, folder).ended
}

const POLICY = `rules:
  - name: large refunds
    match: { tools: ["payments.*"], where: { amount: { above: 500 } } }
    ask: { requirements: [{ group: reviewers, approvals: 2 }], note_required: [deny] }
  - name: reads
    match: { tools: ["*.read"] }
    allow: true
    shadow: true
`

test('a policy goes from its check over the difference into force, and is explained', async () => {
  const file = write('policy.yaml', POLICY)
  expect(await run('check', file)).toEqual({
    code: 0,
    out: 'policy.yaml: 2 rules, and all they ask can be done. No policy is in force yet\n',
    err: '',
  })
  expect((await run('apply', file)).out).toBe('Version 1 is in force\n')

  const request = write(
    'request.json',
    '{"agent": {"id": "agent-1"}, "action": {"tool": "payments.refund", "arguments": {"amount": "a lot"}}}',
  )
  const stricter = write(
    'stricter.yaml',
    POLICY.replace('above: 500', 'above: 100').replace('rules:', 'default: deny\nrules:'),
  )
  const { body: asked } = await server.running.ask({ action: { tool: 'crm.read' } })
  const said = await Promise.all([
    run('apply', file),
    run('diff', file),
    run('diff', stricter),
    run('explain', '--request', request),
    run('explain', '--approval', asked.id),
    run('explain', stricter, '--approval', asked.id),
    run('explain', '--last', '7d'),
    run('apply', stricter, '--if-version', '0'),
  ])
  expect(said.map(({ out, err }) => out + err)).toEqual([
    'Version 1 is in force already, byte for byte\n',
    'policy.yaml is version 1, which is in force\n',
    `To version 1, stricter.yaml would
~ default: (not there) → "deny"
~ rule "large refunds"
    match.where.amount.above: 500 → 100
`,
    `People are asked
By rule "large refunds" (version 1)
Because amount is not a number
Risk: medium

It asks:
  2 of reviewers: whoever may review without a policy
  a note to deny

The rules, in their order:
  1. "large refunds" applies: amount is not a number, so it matches
  2. "reads" not reached: An earlier rule applied
`,
    expect.stringContaining('2. "reads" shadow, would allow: Everything fits'),
    expect.stringMatching(
      /^Denied: nobody is asked \("No rule of the policy allows it or asks for it"\)\nBy no rule, so the default does \(stricter\.yaml\)\n/,
    ),
    expect.stringMatching(
      new RegExp(
        `^"reads" would allow 1: 1 pending\n\nThe latest:\n  \\S+ ${asked.id} agent-\\S* crm\\.read is pending;`,
      ),
    ),
    expect.stringMatching(/^Version 1 is in force, not the one/),
  ])
  expect((await run('apply', stricter, '--if-version', '1')).out).toBe('Version 2 is in force; it was 1\n')
  // To start a process can take half a second.
}, 60_000)

test('a JSON file is JSON, and a request keeps its digits', async () => {
  const file = write(
    'policy.json',
    '{"rules": [{"name": "all", "match": {"where": {"n": {"above": 1}}}, "ask": true}]}',
  )
  expect((await run('apply', file)).code).toBe(0)
  const read = await fetch(`${server.running.url}/v1/policies`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  expect(read.headers.get('content-type')).toMatch(/^application\/json/)
  const request = write(
    'large.json',
    '{"agent":{"id":"a"},"action":{"tool":"t","arguments":{"n":9007199254740993}}}',
  )
  expect(await run('explain', '--request', request)).toMatchObject({
    code: 1,
    err: expect.stringContaining('2^53'),
  })
}, 60_000)

test('what is wrong is told in sentences, each mistake with its line', async () => {
  const file = write(
    'wrong.yaml',
    'rules:\n  - name: reads\n    match: {tools: "*.read"}\n    allow: true\n\n  - {allow: true}\ndefualt: deny\n',
  )
  const lines = [
    'wrong.yaml:3: rule "reads": match.tools must be a list such as ["payments.*"]',
    'wrong.yaml:6: a rule must have a name, such as name: large refunds',
    'wrong.yaml:7: defualt is an unknown field (did you mean default?)',
    '',
  ].join('\n')
  const said = await Promise.all([
    run('check', file),
    run('apply', file),
    run('diff', file),
    run('check', 'none.yaml'),
    run('explain'),
    run('explain', '--last', 'week'),
  ])
  expect(said).toEqual(
    [
      lines,
      lines,
      lines,
      'none.yaml cannot be read (ENOENT)\n',
      'Give one of --request FILE, --approval ID and --last DAYS such as 7d\n',
      '--last: must be a number of days such as 7d\n',
    ].map((err) => ({ code: 1, out: '', err })),
  )
}, 60_000)
