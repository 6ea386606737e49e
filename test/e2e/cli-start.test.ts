// Shows that `countersign start` says why it does not start, or starts, tells its first key, and stops on a signal.

import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Started, startCommand, startScript } from '../fakes/command-line.ts'
import { eventually } from '../fakes/countersign.ts'

const PATIENCE_MS = 15_000

let folder: string
let ports: number[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-start-'))
  ports = await freePorts(3)
})
afterAll(async () => {
  for (const { child } of everything) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

const everything: Started[] = []
function start(env: Record<string, string>): Started {
  const started = startCommand(['start'], { LOG_LEVEL: 'silent', ...env }, folder)
  everything.push(started)
  return started
}

describe('what keeps it from starting is told in a sentence, without a stack', () => {
  test('each mistake of the environment has its line', async () => {
    const { code, out, err } = await start({
      PORT: 'x',
      SLACK_BOT_TOKEN: 'hush',
      COUNTERSIGN_ADMIN_KEY: 'hush',
      LOG_LEVEL: 'loud',
      SLACK_SIGNNG_SECRET: 'hush',
    }).ended
    expect([code, out]).toEqual([1, ''])
    expect(err.trim().split('\n')).toEqual([
      'SLACK_SIGNNG_SECRET is set and is not read. Did you mean SLACK_SIGNING_SECRET?',
      'Countersign cannot start.',
      'PORT: must be a whole number from 1 to 65535',
      'COUNTERSIGN_ADMIN_KEY: must have at least 32 characters',
      'SLACK_BOT_TOKEN: must be a bot token; it begins with xoxb-',
      'LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
    ])
  })

  test('a port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { code, out, err } = await start({ DATABASE_URL: 'in-use.db', PORT: String(port) }).ended
    taken.close()
    expect([code, out]).toEqual([1, ''])
    expect(err).toBe(
      `Countersign cannot start.\nPort ${port} of 127.0.0.1 is in use; stop what uses it, or set PORT.\n`,
    )
  })
})

test('it starts, prints the first admin key once, refuses a second server, and stops on a signal', async () => {
  const env = { DATABASE_URL: 'one.db', PORT: String(ports[0]) }
  const url = `http://127.0.0.1:${ports[0]}`
  const first = start(env)
  await eventually(() => first.said().includes('first admin key'), PATIENCE_MS)
  expect(first.said()).toContain(`Countersign listens on ${url}\n`)
  expect(first.said()).toContain('There is no sandbox, since DATABASE_URL is set.\n')
  const [, key] = /shown only now: (csk_[\w-]{43})\n$/.exec(first.said()) ?? []
  const keys = await fetch(`${url}/v1/api-keys`, { headers: { authorization: `Bearer ${key}` } })
  expect(keys.status).toBe(200)

  const second = await start({ ...env, PORT: String(ports[1]) }).ended
  expect([second.code, second.out]).toEqual([1, ''])
  expect(second.err).toMatch(
    /^Countersign cannot start\.\nAnother Countersign server is running on \S*one\.db; stop it.*\.\n$/,
  )

  first.child.kill('SIGTERM')
  expect(await first.ended).toMatchObject({ code: 0, err: '' })
  const third = start(env)
  await eventually(() => isReady(url), PATIENCE_MS)
  expect(third.said()).not.toContain('csk_')
  third.child.kill('SIGINT')
  expect((await third.ended).code).toBe(0)
  expect((await stat(join(folder, 'one.db.key'))).mode & 0o777).toBe(0o600)

  await rm(join(folder, 'one.db.key'))
  const withoutKey = await start(env).ended
  expect([withoutKey.code, withoutKey.out]).toEqual([1, ''])
  expect(withoutKey.err).toMatch(/^Countersign cannot start\.\none\.db\.key is missing: .*\n$/)
}, 60_000)

test('npm start: a signal to npm stops the server; a key of the environment is not printed, and no other made', async () => {
  const COUNTERSIGN_ADMIN_KEY = 'an-admin-key-of-the-environment-of-this-test'
  const env = { DATABASE_URL: 'own-key.db', PORT: String(ports[2]), COUNTERSIGN_ADMIN_KEY }
  const started = startScript('start', { LOG_LEVEL: 'silent', ...env }, folder)
  everything.push(started)
  await eventually(() => isReady(`http://127.0.0.1:${ports[2]}`), PATIENCE_MS)
  started.child.kill('SIGTERM')
  const { code, out, err } = await started.ended
  expect(code).toBe(0)
  expect(out + err).not.toMatch(/csk_|an-admin-key/)
  expect(await readFile(join(folder, 'own-key.db'), 'latin1')).not.toContain(COUNTERSIGN_ADMIN_KEY)
}, 60_000)

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

/** All held at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const found = await Promise.all(
    probes.map(async (probe) => {
      await once(probe, 'listening')
      return (probe.address() as AddressInfo).port
    }),
  )
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')))
  return found
}
