// Shows that the package of the app is one that Teams takes, and that it names this server and no other.

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import schema from '@microsoft/app-manifest/build/json-schemas/teams/v1.30/MicrosoftTeams.schema.json' with {
  type: 'json',
}
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { strFromU8, unzipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Queries } from '../../src/approvals/queries.ts'
import { createCommands } from '../../src/commands/governance.ts'
import { accountPrincipal } from '../../src/identity/principal.ts'
import { startCommand } from '../fakes/command-line.ts'
import { manualClock } from '../fakes/manual-clock.ts'

const APP_ID = '8f1c2d3e-4b5a-4c6d-8e7f-901a2b3c4d5e'
const APP = { MicrosoftAppId: APP_ID, PUBLIC_URL: 'https://countersign.example.com' }

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-teams-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function pack(env: Record<string, string>, args: string[] = []) {
  return startCommand(['teams', 'package', ...args], env, folder).ended
}

/** The files of a package, by their names. */
async function packed(env: Record<string, string>): Promise<Record<string, Uint8Array>> {
  expect(await pack(env)).toMatchObject({ code: 0, err: '' })
  return unzipSync(await readFile(join(folder, 'countersign-teams.zip')))
}

async function manifestOf(env: Record<string, string>) {
  return JSON.parse(strFromU8((await packed(env))['manifest.json'] as Uint8Array))
}

test('it has the manifest and both icons at its root, and nothing else', async () => {
  const files = await packed(APP)
  const { icons } = JSON.parse(strFromU8(files['manifest.json'] as Uint8Array))
  expect(Object.keys(files)).toEqual(['manifest.json', 'color.png', 'outline.png'])
  expect(icons).toEqual({ color: 'color.png', outline: 'outline.png' })
})

test("the manifest follows Microsoft's schema of its version", async () => {
  const ajv = new Ajv.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const validate = ajv.compile(schema)
  validate(await manifestOf(APP))
  expect(validate.errors).toBeNull()
})

test('it names the bot, the public address and the version of the product', async () => {
  const manifest = await manifestOf({ ...APP, PUBLIC_URL: 'https://example.com:8443/' })
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'))
  const address = 'https://example.com:8443'
  expect(manifest).toMatchObject({
    id: APP_ID,
    version,
    developer: { websiteUrl: address, privacyUrl: address, termsOfUseUrl: address },
    validDomains: ['example.com:8443'],
    bots: [{ botId: APP_ID, scopes: ['personal', 'team', 'groupChat'] }],
  })
})

test('Teams offers exactly the commands that the bot knows', async () => {
  const manifest = await manifestOf(APP)
  // Help reads nothing.
  const commands = createCommands({ queries: {} as Queries, clock: manualClock() })
  const by = accountPrincipal({ platform: 'teams', tenant: '', userId: '', name: '' }, 'member')
  const asker = { by, destinationIds: [], scope: { destinationIds: [], withUnplaced: true }, details: true }
  const help = await commands.answer('help', asker)
  const [offered] = manifest.bots[0].commandLists
  expect(offered.scopes).toEqual(manifest.bots[0].scopes)
  expect(offered.commands.map(({ title }: { title: string }) => title)).toEqual(
    help.facts.map(({ label }) => label.split(' ')[0]),
  )
})

test('the same app makes the same bytes, in every time zone', async () => {
  const hashes = []
  for (const TZ of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
    await packed({ ...APP, TZ })
    const zip = await readFile(join(folder, 'countersign-teams.zip'))
    hashes.push(createHash('sha256').update(zip).digest('hex'))
  }
  expect(new Set(hashes).size).toBe(1)
})

test('a package of another address replaces the earlier one, and the next step is printed', async () => {
  await packed(APP)
  const other = { ...APP, PUBLIC_URL: 'https://other.example.com' }
  const { out } = await pack(other)
  expect(out).toBe('Wrote countersign-teams.zip. Next, in Teams: Apps, Manage your apps, Upload an app.\n')
  expect((await manifestOf(other)).validDomains).toEqual(['other.example.com'])
  expect(await readdir(folder)).toEqual(['countersign-teams.zip'])
})

test('--out says where, and .env may say the rest, as for npm start', async () => {
  await writeFile(
    join(folder, '.env'),
    `MicrosoftAppId=${APP_ID.toUpperCase()}\nPUBLIC_URL=${APP.PUBLIC_URL}\n`,
  )
  const { code, out } = await pack({}, ['--out', 'app.zip'])
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('Wrote app.zip.') })
  expect((await readdir(folder)).sort()).toEqual(['.env', 'app.zip'])
})

describe('a mistake is a sentence, not a stack, and leaves no file', () => {
  const noId = 'MicrosoftAppId: must be set to the app id of the bot\n'
  const badId = 'MicrosoftAppId: must be an id as Azure shows it: 8-4-4-4-12 hexadecimal digits\n'
  const noUrl = 'PUBLIC_URL: must be set to the https address at which Teams reaches you\n'
  const badUrl = 'PUBLIC_URL: must be an https address\n'
  const moreUrl = 'PUBLIC_URL: must not have a user, a query or a fragment\n'

  test.each([
    ['nothing set', {}, noId + noUrl],
    ['both empty', { MicrosoftAppId: '', PUBLIC_URL: '' }, noId + noUrl],
    ['an id that is none', { ...APP, MicrosoftAppId: 'countersign' }, badId],
    ['no public address', { MicrosoftAppId: APP_ID }, noUrl],
    ['plain http', { ...APP, PUBLIC_URL: 'http://countersign.example.com' }, badUrl],
    ['credentials', { ...APP, PUBLIC_URL: 'https://user:secret@example.com' }, moreUrl],
    ['a query', { ...APP, PUBLIC_URL: 'https://example.com/?x=1' }, moreUrl],
    ['no address', { ...APP, PUBLIC_URL: 'example.com' }, 'PUBLIC_URL: must be an http or https URL\n'],
  ])('%s', async (_, env, sentence) => {
    expect(await pack(env)).toEqual({ code: 1, out: '', err: sentence })
    expect(await readdir(folder)).toEqual([])
  })

  test('a folder that is not there', async () => {
    const answer = await pack(APP, ['--out', 'nowhere/app.zip'])
    expect(answer).toEqual({ code: 1, out: '', err: '--out: nowhere/app.zip cannot be written (ENOENT)\n' })
  })
})

// https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
describe('the icons are as Teams wants them', () => {
  test('in colour: 192 × 192, without a transparent corner', async () => {
    const { width, height, pixels } = decodePng((await packed(APP))['color.png'] as Uint8Array)
    expect([width, height]).toEqual([192, 192])
    expect(pixels.filter(({ alpha }) => alpha !== 255)).toEqual([])
  })

  test('in outline: 32 × 32, pure white on transparent', async () => {
    const { width, height, pixels } = decodePng((await packed(APP))['outline.png'] as Uint8Array)
    expect([width, height]).toEqual([32, 32])
    const drawn = pixels.filter(({ alpha }) => alpha > 0)
    expect(drawn.filter(({ rgb }) => rgb.some((value) => value !== 255))).toEqual([])
    expect(drawn.length).toBeGreaterThan(100)
    expect(drawn.length).toBeLessThan(pixels.length / 2)
  })
})

/** Of a PNG with 8 bits a channel, not interlaced: https://www.w3.org/TR/png-3/ */
function decodePng(png: Uint8Array) {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const [depth, colour, , , interlace] = bytes.subarray(24, 29)
  const channels = { 2: 3, 6: 4 }[colour as 2 | 6]
  expect({ depth, interlace, channels }).toEqual({ depth: 8, interlace: 0, channels: expect.any(Number) })
  const rows = unfilter(inflateSync(Buffer.concat(dataChunks(bytes))), width * channels, channels)
  const pixels = rows.flatMap((row) =>
    Array.from({ length: width }, (_, x) => {
      const [red = 0, green = 0, blue = 0, alpha = 255] = row.slice(x * channels, (x + 1) * channels)
      return { rgb: [red, green, blue], alpha }
    }),
  )
  return { width, height, pixels }
}

function dataChunks(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const end = at + 8 + bytes.readUInt32BE(at)
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') chunks.push(bytes.subarray(at + 8, end))
  }
  return chunks
}

function unfilter(data: Buffer, stride: number, step: number): number[][] {
  const rows: number[][] = []
  for (let at = 0; at < data.length; at += stride + 1) {
    const above = rows.at(-1) ?? []
    const row: number[] = []
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [row[x - step] ?? 0, above[x] ?? 0, above[x - step] ?? 0]
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][data[at] as number]
      row.push(((data[at + 1 + x] as number) + (guess as number)) & 255)
    }
    rows.push(row)
  }
  return rows
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [left, up, corner].map((near) => Math.abs(left + up - corner - near))
  if ((toLeft as number) <= Math.min(toUp as number, toCorner as number)) return left
  return (toUp as number) <= (toCorner as number) ? up : corner
}
