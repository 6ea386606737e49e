// Shows that the command line makes keys and tables beside a running server, with a sentence for each mistake.

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { databases } from '../fakes/databases.ts'
import { select } from '../fakes/peek.ts'
import { sharedServer } from '../fakes/shared-server.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = (args: string[], env: Record<string, string> = {}, at = folder) =>
  startCommand(args, env, at).ended

describe.each(databases)('beside a running server on $name', ({ create }) => {
  const server = sharedServer(create)
  const keysCreate = (...args: string[]) =>
    run(['keys', 'create', '--name', 'made by hand', ...args], { DATABASE_URL: server.databaseUrl })

  test('keys create prints the key and nothing else, and the key works at once', async () => {
    const { code, out, err } = await keysCreate('--role', 'agent', '--agent-id', 'agent-9')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^csk_[\w-]{43}\n$/)
    const key = out.trim()
    expect((await server.running.ask({ agent: { id: 'agent-9' } }, { key })).status).toBe(201)
    expect((await server.running.ask({ agent: { id: 'agent-8' } }, { key })).status).toBe(403)
  })

  test('a key with several roles has them all, and casts the vote of its person', async () => {
    const person = ['--person-name', 'Ben', '--person-email', 'ben@example.com']
    const { out } = await keysCreate('--role', 'agent', 'reviewer', ...person)
    const key = out.trim()
    expect((await server.running.ask({}, { key })).status).toBe(201)
    const { body: asked } = await server.running.ask()
    const path = `/v1/approvals/${asked.id}/decision`
    const { body } = await server.running.call('POST', path, { key, body: { decision: 'approve' } })
    expect(body).toMatchObject({ review_notes: 'Approved by Ben via api' })
  })

  test('it is on record that the key came from the command line', async () => {
    await keysCreate('--role', 'auditor')
    const rows = await select(
      server.databaseUrl,
      `select canonical from audit where action = 'api_key.created' order by id desc`,
    )
    expect(rows[0]?.canonical).toContain('"by":"command line"')
  })

  test('migrate beside the server changes nothing and says that all is well', async () => {
    const { code, out, err } = await run(['migrate'], { DATABASE_URL: server.databaseUrl })
    expect([code, out, err]).toEqual([0, 'The database is up to date.\n', ''])
  })
})

describe.each(databases)('on an empty $name', ({ createBlank }) => {
  test('migrate makes the tables, once', async () => {
    const database = await createBlank()
    for (let time = 0; time < 2; time += 1) {
      const { code, out } = await run(['migrate'], { DATABASE_URL: database.url })
      expect([code, out]).toEqual([0, 'The database is up to date.\n'])
    }
    expect(await select(database.url, 'select id from approvals')).toEqual([])
    await database.drop()
  })
})

describe('a mistake is told in a sentence, without a stack, and ends with 1', () => {
  const create = ['keys', 'create', '--name', 'x']
  test.each([
    [['keys', 'create'], "required option '--name <name>' not specified"],
    [create, "required option '--role <role...>' not specified"],
    [
      [...create, '--role', 'boss'],
      "argument 'boss' is invalid. Allowed choices are agent, reviewer, admin, auditor.",
    ],
    [[...create, '--role', 'reviewer'], '--person-name: A reviewer key names the person whose vote it casts'],
    [
      [...create, '--role', 'reviewer', '--person-name', 'A'],
      '--person-name and --person-email are given together, or neither is',
    ],
    [[...create, '--role', 'reviewer', '--person-name', 'A', '--person-email', 'a'], '--person-email: '],
    [[...create, '--role', 'auditor', '--agent-id', 'a'], 'Only an agent key is bound to an agent'],
    [[...create, '--role', 'agent', '--agent-id', 'a\u200b'], '--agent-id: has U+200B at position 2'],
    [[...create, '--role', 'agent', '--agent-id', ''], '--agent-id: '],
    [['keys', 'create', '--name', '', '--role', 'agent'], '--name: '],
    [['nonsense'], "unknown command 'nonsense'"],
    [['migrate', '--force'], "unknown option '--force'"],
  ])('countersign %j', async (args, sentence) => {
    const empty = await mkdtemp(join(folder, 'empty-'))
    const { code, out, err } = await run(args, {}, empty)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(sentence)
    expect(err).not.toMatch(/^\s+at /m)
    expect(await readdir(empty)).toEqual([])
  })

  test.each([create.concat('--role', 'agent'), ['migrate']])('%j in a bad environment', async (...args) => {
    const { code, out, err } = await run(args, { PORT: '0', TRUST_PROXY: 'x', DATABASE_URL: 'mysql://x' })
    expect([code, out]).toEqual([1, ''])
    expect(err.trim().split('\n')).toEqual([
      'PORT: must be a whole number from 1 to 65535',
      'DATABASE_URL: must be postgres://… or the path of a SQLite file',
      'TRUST_PROXY: must be a whole number from 0 to 20',
    ])
  })
})

test('a .env file counts, as it does for npm start, and the environment before it', async () => {
  const home = await mkdtemp(join(folder, 'home-'))
  await writeFile(join(home, '.env'), 'DATABASE_URL=from-file.db\n')
  expect((await run(['migrate'], {}, home)).code).toBe(0)
  expect((await run(['migrate'], { DATABASE_URL: 'from-environment.db' }, home)).code).toBe(0)
  const made = (await readdir(home)).filter((name) => name.endsWith('.db'))
  expect(made.sort()).toEqual(['from-environment.db', 'from-file.db'])
})
