// Shows that the manifest is one that Slack takes, and that it leads to what is really there.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { slackManifest } from '../../src/cli/slack-manifest.ts'
import { type Running, startCountersign } from '../fakes/countersign.ts'

const CLI = join(import.meta.dirname, '../../bin/countersign.js')
const PUBLIC_URL = 'https://countersign.example.com'

let folder: string
let running: Running

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-manifest-'))
  running = await startCountersign({ databaseUrl: join(folder, 'test.db') })
})
afterAll(async () => {
  await running?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The command as typed in an empty folder, with nothing of this process's environment but PATH. */
function cli(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } }
    execFile(process.execPath, [CLI, 'slack', 'manifest', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

test('it names the addresses under PUBLIC_URL, and --url wins over it', async () => {
  const byEnvironment = await cli([], { PUBLIC_URL: `${PUBLIC_URL}/` })
  expect(byEnvironment).toMatchObject({ code: 0, stderr: '' })
  const manifest = JSON.parse(byEnvironment.stdout)
  expect(manifest.settings.interactivity).toEqual({
    is_enabled: true,
    request_url: `${PUBLIC_URL}/v1/webhooks/slack/interactions`,
  })
  expect(manifest.features.slash_commands).toEqual([
    expect.objectContaining({ command: '/governance', url: `${PUBLIC_URL}/v1/webhooks/slack/commands` }),
  ])
  const another = await cli(['--url', 'https://example.com:8443/'], { PUBLIC_URL })
  expect(JSON.parse(another.stdout)).toEqual(slackManifest('https://example.com:8443'))
  expect(another.stdout).toContain('"https://example.com:8443/v1/webhooks/slack/commands"')
})

test('PUBLIC_URL may stand in .env, as for npm start', async () => {
  const file = join(folder, '.env')
  await writeFile(file, `PUBLIC_URL=${PUBLIC_URL}\n`)
  const { stdout } = await cli([]).finally(() => rm(file))
  expect(JSON.parse(stdout)).toEqual(slackManifest(PUBLIC_URL))
})

test.each([
  ['nothing set', []],
  ['plain http', ['--url', 'http://countersign.example.com']],
  ['no address', ['--url', 'countersign.example.com']],
  ['a query', ['--url', 'https://example.com/?x=1']],
  ['a path', ['--url', 'https://example.com/cs']],
  ['credentials', ['--url', 'https://user:secret@example.com']],
])('%s is refused with a sentence and no manifest', async (_, args) => {
  const { code, stdout, stderr } = await cli(args)
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toMatch(
    /^Slack needs a public https address without a path, and \S+ is none\. Set PUBLIC_URL, or add --url/,
  )
})

test('both addresses are there and let in only what Slack signed', async () => {
  const { features, settings } = slackManifest(PUBLIC_URL)
  for (const url of [settings.interactivity.request_url, features.slash_commands[0]?.url]) {
    const path = String(url).slice(PUBLIC_URL.length)
    const response = await fetch(running.url + path, { method: 'POST', body: 'payload=%7B%7D' })
    expect(response.status, path).toBe(401)
    expect(await response.json()).toMatchObject({ detail: 'Invalid signature' })
  }
})

test('it keeps within the limits of Slack and asks for exactly the scopes that are used', async () => {
  const { display_information, features, oauth_config, settings } = slackManifest(PUBLIC_URL)
  expect(display_information.name.length).toBeLessThanOrEqual(35)
  expect(display_information.description.length).toBeLessThanOrEqual(140)
  expect(display_information.background_color).toMatch(/^#[0-9a-f]{6}$/)
  expect(features.bot_user.display_name).toMatch(/^[a-z0-9._-]{1,80}$/)
  for (const { command, description, usage_hint } of features.slash_commands) {
    expect(command).toMatch(/^\/[a-z]{1,31}$/)
    expect(description.length).toBeLessThanOrEqual(2000)
    expect(usage_hint.length).toBeLessThanOrEqual(1000)
  }
  // What the stand-in's token has is what all other tests get by with.
  const answer = await fetch(`${running.slack.apiUrl()}auth.test`, { method: 'POST' })
  expect(oauth_config.scopes.bot.join()).toBe(answer.headers.get('x-oauth-scopes'))
  // Slack asks for one that is optional only where it is among the others.
  expect(oauth_config.scopes.bot).toEqual(expect.arrayContaining(oauth_config.scopes.bot_optional))
  expect(oauth_config.scopes.bot_optional).toEqual(['usergroups:read'])
  expect(settings).toMatchObject({
    org_deploy_enabled: false,
    socket_mode_enabled: false,
    token_rotation_enabled: false,
  })
})
