// Proves what the command line does with groups of reviewers, also for an admin who has no key at hand.

import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { databases } from '../fakes/databases.ts'
import { EFFORT } from '../fakes/effort.ts'
import { sharedServer } from '../fakes/shared-server.ts'

const NEXT_YEAR = new Date().getUTCFullYear() + 1

/** Each is a process, which may take a second. */
const PATIENCE_MS = 60_000 * EFFORT

async function groups(databaseUrl: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await startCommand(['groups', ...args], { DATABASE_URL: databaseUrl }, tmpdir())
    .ended
  return code === 0 ? out : `refused: ${err}`
}

describe.each(databases)('beside a running server on $name', ({ create }) => {
  const server = sharedServer(create)
  const run = (...args: string[]) => groups(server.databaseUrl, ...args)

  test(
    'a group is made, somebody is added until the end of a day in UTC, listed, and taken out',
    async () => {
      expect(await run('create', 'Payments')).toMatch(/^created\tgrp_\w+\tpayments\n$/)
      const day = `${NEXT_YEAR}-12-24`
      const ben = ['--email', 'ben@example.com', '--name', 'Ben Okafor', '--until', day]
      const end = `until ${NEXT_YEAR}-12-25T00:00:00.000Z`
      const added = await run('add', 'payments', ...ben)
      expect(added).toMatch(new RegExp(`^added\tpayments\tper_\\w+\tBen Okafor\t${end}\n$`))
      const [, , id = ''] = added.split('\t')
      const listed = await run('list')
      expect(listed).toBe(`payments\tpeople\t${id}\tBen Okafor\tben@example.com\t${end}\n`)
      const { body } = await server.running.call<{ members: object[] }>('GET', '/v1/groups/payments')
      expect(body.members).toMatchObject([{ person_id: id, added_by: 'command line' }])
      expect(await run('remove', 'payments', '--email', 'Ben+work@example.com')).toMatch(/^removed\t/)
      expect(await run('delete', 'PAYMENTS')).toBe('deleted\tPAYMENTS\n')
    },
    PATIENCE_MS,
  )
})

describe('what is refused', () => {
  const [sqlite] = databases
  const server = sharedServer((sqlite as NonNullable<typeof sqlite>).create)
  const member = ['x', '--email', 'a@example.com']

  test.each([
    [['create', 'reviewers'], 'The name: must be another name: reviewers are'],
    [['add', 'x'], 'Give either --person or --email.'],
    [['add', ...member, '--until', '2026-02-30'], '--until: must be a time such as'],
    [['add', ...member], 'There is no group x; countersign groups list names them.'],
  ])('%j is a sentence', async (args, sentence) => {
    expect(await groups(server.databaseUrl, ...args)).toContain(`refused: ${sentence}`)
  })
})
