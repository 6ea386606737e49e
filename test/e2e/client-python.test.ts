// Shows that the Python module does what the client does: the same answers, errors, canonical form and checks.

import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '../../packages/client/src/canonical-json.ts'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { ENDS, LIES } from '../fakes/lies.ts'
import { ACTION, AGENT, type Script, startLyingServer } from '../fakes/lying-server.ts'

const folder = join(import.meta.dirname, '../../packages/python')
const MISSING = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status !== 0

async function python(program: string, given: unknown): Promise<unknown> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', GIVEN: JSON.stringify(given) }
  const text = `import json, os, threading\nfrom countersign import *\ngiven = json.loads(os.environ["GIVEN"])\n${program}`
  const { stdout } = await promisify(execFile)('python3', ['-c', text], { cwd: folder, env })
  return JSON.parse(stdout)
}

/** All of them at once, in one process. */
const ASK_ALL = `
outcomes = [None] * len(given["urls"])
def ask(place, url):
    client = Client(url, auth="csk_1", timeout=0.2, wait=0.1, patience=0.05)
    try:
        outcomes[place] = ["Approved", client.require_approval(given["action"], agent=given["agent"]).claims["jti"]]
    except Exception as error:
        outcomes[place] = [type(error).__name__, str(error)]
threads = [threading.Thread(target=ask, args=one) for one in enumerate(given["urls"])]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(outcomes))`

async function outcomes(scripts: Script[]): Promise<[string, string][]> {
  const servers = await Promise.all(scripts.map(startLyingServer))
  const given = { urls: servers.map(({ url }) => url), action: ACTION, agent: AGENT }
  const told = await python(ASK_ALL, given)
  await Promise.all(servers.map((server) => server.close()))
  return told as [string, string][]
}

describe.skipIf(MISSING)('in Python (where the machine has python3, 3.9 or later)', () => {
  test('only the truth is a yes', async () => {
    const [truth, ...lies] = await outcomes([{}, ...LIES.map(([, script]) => script)])
    expect(truth).toEqual(['Approved', 'rdm_1'])
    const wrong = lies.flatMap(([kind, sentence], i) =>
      kind === 'Unavailable' || sentence === 'not_ready' ? [] : [[LIES[i]?.[0], kind, sentence]],
    )
    expect(wrong).toEqual([])
  })

  test('every other end has its error', async () => {
    const ends = await outcomes(ENDS.map(([, script]) => script))
    expect(ends).toEqual(ENDS.map(([, , kind, sentence]) => [kind, sentence]))
  })

  test('the canonical form is the same', async () => {
    const values = fc.sample(fc.jsonValue({ stringUnit: 'grapheme' }), 300)
    const numbers = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), 300)
    // A number of JavaScript is a float there, also where no fraction shows.
    const program = 'given = json.loads(os.environ["GIVEN"], parse_int=float)'
    const write = 'print(json.dumps([canonical_json(one) for one in given]))'
    const written = await python(`${program}\n${write}`, [...values, ...numbers])
    expect(written).toEqual([...values, ...numbers].map(canonicalJson))
  })

  describe('against a live server', () => {
    let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
    let running: Running
    beforeAll(async () => {
      database = (await databases[0]?.create()) as typeof database
      running = await startCountersign({ databaseUrl: database.url })
    })
    afterAll(async () => {
      await running?.stop()
      await database?.drop()
    })

    test('a guarded function runs with what was approved, and not when it is denied', async () => {
      const key = await running.key({
        roles: ['reviewer'],
        person: { name: 'Ana', email: 'ana@example.com' },
      })
      const decide = async (order: number, body: object) => {
        const { id } = await eventually(async () => {
          const path = '/v1/approvals?status=pending&include=details'
          const { data } = (await running.call<{ data: ApprovalView[] }>('GET', path)).body
          return data.find(({ action }) => action.arguments.order === order)
        })
        await running.call('POST', `/v1/approvals/${id}/decision`, { key, body })
      }
      const program = `
client, pending = Client(given["url"], auth=given["auth"]), []
@client.guard("payments.refund", agent="refund-agent", environment="production", on_pending=lambda one: pending.append(one["url"]))
def refund(approved, order, amount):
    checked = client.verify_receipt(approved.receipt, approved.action)
    return [order, amount, checked == approved.claims, len(pending)]
ran = refund(order=1, amount="480.00")
try:
    refund(order=2, amount="480.00")
except Denied as denied:
    print(json.dumps([ran, str(denied), denied.note]))`
      const auth = await running.key({ roles: ['agent'] })
      const ran = python(program, { url: running.url, auth })
      await decide(1, { decision: 'approve' })
      await decide(2, { decision: 'deny', note: 'too much' })
      expect(await ran).toEqual([[1, '480.00', true, 1], 'Denied by Ana via api: too much', 'too much'])
    })
  })
})
