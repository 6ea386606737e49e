// Proves what the command line does with people: it lists them, and disabling one ends their keys.

import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { startCommand } from '../fakes/command-line.ts'
import { databases } from '../fakes/databases.ts'
import { reviewer, sharedServer } from '../fakes/shared-server.ts'

describe.each(databases)('beside a running server on $name', ({ create }) => {
  const server = sharedServer(create)
  const people = (...args: string[]) =>
    startCommand(['people', ...args], { DATABASE_URL: server.databaseUrl }, tmpdir()).ended

  test('people are listed, and one who is disabled decides no more', async () => {
    const key = await server.running.key(reviewer('Ben Okafor'))
    const { body: asked } = await server.running.ask()
    expect((await people('list')).out).toMatch(/^per_\w+\tBen Okafor\tben\.okafor@example\.com\treviewer\n$/)
    const { code, out } = await people('disable', 'Ben.Okafor+work@example.com')
    expect([code, out]).toEqual([0, expect.stringMatching(/^disabled\tper_\w+\tBen Okafor\n$/)])
    const path = `/v1/approvals/${asked.id}/decision`
    const answer = await server.running.call('POST', path, { key, body: { decision: 'approve' } })
    expect(answer.status).toBe(401)
    expect((await people('list')).out).toMatch(/\tdisabled\n$/)
  })

  test('an address that nobody has is a sentence', async () => {
    const { code, out, err } = await people('disable', 'nobody@example.com')
    expect([code, out, err]).toEqual([1, '', 'Nobody is known by the address nobody@example.com.\n'])
  })
})
