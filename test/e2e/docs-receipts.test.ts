// Shows that docs/receipts.md is true: a tool demands receipts by its samples, and others check them without us.

import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { startCommand } from '../fakes/command-line.ts'
import { type Running, startCountersign } from '../fakes/countersign.ts'
import { databases } from '../fakes/databases.ts'
import { blocks, readerOf, readPage, runScript, tableUnder } from '../fakes/doc-page.ts'
import { claimsIn } from '../fakes/grants.ts'

const project = join(import.meta.dirname, '../..')
const page = readPage('docs/receipts.md')
const OPENSSL = 'openssl'
const REFUND = {
  tool: 'payments.refund',
  environment: 'production',
  arguments: { order: 1042, amount: '480.00' },
}
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

let database: Awaited<ReturnType<(typeof databases)[number]['create']>>
let running: Running
let agent: string
let reviewer: string
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-receipts-'))
  database = (await databases[0]?.create()) as typeof database
  running = await startCountersign({ databaseUrl: database.url })
  agent = await running.key({ roles: ['agent'] })
  const person = { name: 'Ana Ruiz', email: 'ana@example.com' }
  reviewer = await running.key({ roles: ['reviewer'], person })
})
afterAll(async () => {
  await running?.stop()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

async function approved(action: object = REFUND): Promise<string> {
  const { body } = await running.ask({ agent: { id: 'refund-agent' }, action }, { key: agent })
  const path = `/v1/approvals/${body.id}/decision`
  await running.call('POST', path, { key: reviewer, body: { decision: 'approve' } })
  return body.id
}

async function receiptOf(action: object = REFUND): Promise<string> {
  const path = `/v1/approvals/${await approved(action)}/redeem`
  const { body } = await running.call<{ receipt: string }>('POST', path, { key: agent, body: { action } })
  return body.receipt
}

const published = async () => (await fetch(`${running.url}/.well-known/jwks.json`)).json()

test('the commands run in their order and answer as the page says', async () => {
  const reader = readerOf(running)
  const [redeem = '', revoke = '', rotate = ''] = blocks(page, 'sh')
  Object.assign(reader.noted, { AGENT_KEY: agent, REVIEWER_KEY: reviewer, APPROVAL_ID: await approved() })
  const redeemed = JSON.parse(await reader.run(redeem)) as { receipt: string; approval: ApprovalView }
  const [shown = ''] = blocks(page, 'json')
  expect(Object.keys(redeemed.approval.grant ?? {})).toEqual(Object.keys(JSON.parse(shown)))
  expect(redeemed.approval.grant?.state).toBe('redeemed')
  expect(JSON.parse(await reader.run(redeem))).toEqual(redeemed)
  const named = tableUnder(page, 'What a receipt says').flatMap(([cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, claim]) => claim),
  )
  expect(named.toSorted()).toEqual(Object.keys(claimsIn(redeemed.receipt)).toSorted())

  reader.noted.APPROVAL_ID = await approved()
  expect(JSON.parse(await reader.run(revoke))).toMatchObject({
    status: 'approved',
    grant: { state: 'revoked', reason: 'Revoked by Ana Ruiz: wrong account' },
  })
  expect(rotate).toBe('npx --no -- countersign keys rotate-signing\n')
})

/** As a tool's server uses the sample: with a good receipt, then with it again, for more, and as another tool's. */
const USES = {
  ts: `
const said = async (...given) => demand(...given).then(() => 'runs', String)
for (const given of JSON.parse(process.env.CALLS)) console.log(await said(...given))`,
  python: `
import json, os
for given in json.loads(os.environ["CALLS"]):
    try: print("runs" if demand(*given) else "")
    except Exception as error: print(f"{type(error).__name__}: {error}")`,
}

async function calls(): Promise<unknown[][]> {
  const receipt = await receiptOf()
  const other = await receiptOf({ ...REFUND, tool: 'payments.payout' })
  const { arguments: args, environment } = REFUND
  return [
    [receipt, { ...args, amount: '4800.00' }, environment],
    [receipt, args, 'staging'],
    [receipt, { amount: '480.00', order: 1042 }, environment],
    [receipt, args, environment],
    [other, args, environment],
    [`${receipt.slice(0, -8)}AAAAAAAA`, args, environment],
  ]
}

const EXPECTED = (name: string, used: string) => [
  `${name}: Another action was approved`,
  `${name}: Another action was approved`,
  'runs',
  `${used}: It was used before`,
  `${name}: It is for "payments.payout"`,
  `${name}: Its signature is not that of its key`,
]

describe('a tool demands a receipt', () => {
  const sample = (language: 'ts' | 'python') =>
    (blocks(page, language)[0] ?? '').replace('https://countersign.example.com', running.url) + USES[language]

  test('in TypeScript, once, for itself and for what it is about to run', async () => {
    const said = await runScript(sample('ts'), { CALLS: JSON.stringify(await calls()) })
    expect(said.trimEnd().split('\n')).toEqual(EXPECTED('InvalidReceipt', 'Error'))
  })

  test.runIf(has('python3', '--version'))('in Python', async () => {
    const env = { ...process.env, CALLS: JSON.stringify(await calls()), PYTHONDONTWRITEBYTECODE: '1' }
    const cwd = join(project, 'packages/python')
    const { stdout } = await promisify(execFile)('python3', ['-c', sample('python')], { cwd, env })
    expect(stdout.replaceAll("'", '"').trimEnd().split('\n')).toEqual(
      EXPECTED('InvalidReceipt', 'PermissionError'),
    )
  })
})

/** A process of its own, which has nothing but the keys; prints who signed, or what is wrong. */
const CHECKER = `
import { createLocalJWKSet, jwtVerify } from 'jose'
const { JWKS, RECEIPT, NOW } = process.env
const options = { typ: 'countersign-receipt+jwt', currentDate: new Date(Number(NOW)) }
await jwtVerify(RECEIPT, createLocalJWKSet(JSON.parse(JWKS)), options).then(
  ({ protectedHeader }) => console.log(protectedHeader.kid),
  (error) => console.log(error.code),
)`

async function checked(receipt: string, keys: object, now = Date.now()): Promise<string> {
  const env = { PATH: '', JWKS: JSON.stringify(keys), RECEIPT: receipt, NOW: String(now) }
  const args = ['--input-type=module', '--eval', CHECKER]
  return (await promisify(execFile)(process.execPath, args, { cwd: project, env })).stdout.trim()
}

test('a receipt is read with the published keys alone, by jose, and too late it is not taken', async () => {
  const receipt = await receiptOf()
  const keys = (await published()) as { keys: { kid: string }[] }
  expect(await checked(receipt, keys)).toBe(keys.keys[0]?.kid)
  expect(await checked(receipt, keys, Date.now() + 301_000)).toBe('ERR_JWT_EXPIRED')
  expect(await checked(receipt, { keys: [] })).toBe('ERR_JWKS_NO_MATCHING_KEY')
})

test('rotated while the server runs, another key signs, and the old receipts are read as before', async () => {
  const before = await receiptOf()
  const env = {
    DATABASE_URL: database.url,
    COUNTERSIGN_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  const { code, out } = await startCommand(['keys', 'rotate-signing'], env, folder).ended
  expect(code).toBe(0)
  const keys = (await published()) as { keys: { kid: string }[] }
  const after = await receiptOf()
  const [younger = '', elder = ''] = keys.keys.map(({ kid }) => kid)
  expect(out).toContain(younger)
  expect([await checked(before, keys), await checked(after, keys)]).toEqual([elder, younger])
  expect(JSON.stringify(keys)).not.toContain('"d"')
})

test.runIf(has(OPENSSL, 'version'))('a receipt is read by openssl', async () => {
  const receipt = await receiptOf()
  const [header = '', payload, signature = ''] = receipt.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const { keys } = (await published()) as { keys: { kid: string; x: string }[] }
  const { x = '' } = keys.find((key) => key.kid === kid) ?? {}
  // RFC 8410: what stands before an Ed25519 key.
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(x, 'base64url')])
  const at = (name: string) => join(folder, name)
  writeFileSync(
    at('key.pem'),
    `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`,
  )
  writeFileSync(at('signed.txt'), `${header}.${payload}`)
  writeFileSync(at('signature.bin'), Buffer.from(signature, 'base64url'))
  const command = blocks(page, 'sh').at(-1)?.trim().split(' ').slice(1) ?? []
  const verify = () => execFileSync(OPENSSL, command, { cwd: folder, stdio: 'pipe' }).toString()
  expect(verify()).toMatch(/Verified Successfully/)
  writeFileSync(at('signed.txt'), `${header}.${payload}x`)
  expect(verify).toThrow()
})
