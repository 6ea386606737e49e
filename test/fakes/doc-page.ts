// Takes the commands out of a page of the documentation and runs them as a reader would.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADMIN_KEY, CHANNEL, type Running } from './countersign.ts'
import { BOT_TOKEN } from './slack-server.ts'

const project = join(import.meta.dirname, '../..')

export function readPage(file: string): string {
  return readFileSync(join(project, file), 'utf8')
}

/** The fenced blocks of a language, in their order, without the indent of the list they stand in. */
export function blocks(page: string, language: string): string[] {
  const fences = page.matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm)
  return [...fences]
    .filter(([, , named]) => named === language)
    .map(([, indent = '', , text = '']) => text.replace(new RegExp(`^${indent}`, 'gm'), ''))
}

/** What stands under a heading of the second level, up to the next one. */
export function sectionOf(page: string, heading: string): string {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  return section.split('\n## ')[0] ?? ''
}

/** The cells of each table, without its head. */
export function tables(text: string): string[][][] {
  const [...found] = text.matchAll(/^\|.*\n\|[-|]+\|\n((?:\|.*(?:\n|$))*)/gm)
  return found.map(([, rows = '']) => rows.trimEnd().split('\n').map(cellsOf))
}

/** The cells of the first table under a heading, without its head. */
export function tableUnder(page: string, heading: string): string[][] {
  return tables(sectionOf(page, heading))[0] ?? []
}

/** What stands in backticks. */
export function codesOf(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function cellsOf(row: string): string[] {
  return row.slice(2, -2).split(' | ')
}

/** What a reader has at hand: the server instead of the example's, and what they noted from earlier answers. */
export interface Reader {
  /** Runs it and returns what it printed. Rejects when it fails, also for an answer that is not 2xx. */
  run(block: string): Promise<string>
  noted: Record<string, string>
}

/**
 * Fails as curl does not by itself. jq may not be here: this one takes the first field of that name, and what it reads
 * is printed too, as a reader sees it, who looks at what tee shows.
 */
const PRELUDE = String.raw`set -euo pipefail
exec 3>&1
curl() { command curl --silent --show-error --fail-with-body "$@"; }
tee() { cat; }
jq() {
  local read field='"'"${'$'}{2#.}"'":"([^"]+)"'
  read=$(cat)
  printf '%s\n' "$read" >&3
  [[ $read =~ $field ]] && printf '%s\n' "${'$'}{BASH_REMATCH[1]}"
}
`

export function readerOf({ url, slack }: Running): Reader {
  const noted: Record<string, string> = { COUNTERSIGN_ADMIN_KEY: ADMIN_KEY, COUNTERSIGN_URL: url }
  const here = (block: string) =>
    block
      .replaceAll(/https:\/\/countersign\.example\.com(?=\/)/g, url)
      .replaceAll('xoxb-…', BOT_TOKEN)
      .replaceAll('https://hooks.slack.com/services/T…/B…/…', slack.webhookUrl(CHANNEL))
      .replaceAll('C0123456789', slack.workspace.channels[0]?.id ?? CHANNEL)
      .replaceAll('S0123456789', slack.workspace.userGroups[0]?.id ?? '')

  return {
    noted,
    async run(block) {
      const printed = await execute('bash', ['-c', PRELUDE + here(block)], noted)
      Object.assign(noted, worthNoting(printed))
      return printed
    },
  }
}

/** JavaScript or TypeScript, with the client as it is here. */
export function runScript(block: string, env: Record<string, string>): Promise<string> {
  const client = JSON.stringify(join(project, 'packages/client/src/index.ts'))
  const script = block.replaceAll("'countersign-client'", client)
  return execute(process.execPath, ['--input-type=module-typescript', '--eval', script], env)
}

function execute(command: string, args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: project, env: { ...process.env, ...env } }
    execFile(command, args, options, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.at(-1)}\n${stdout}\n${stderr}`)) : resolve(stdout),
    )
  })
}

/** Ids and keys, under the names by which the pages speak of them. */
function worthNoting(printed: string): Record<string, string> {
  if (!printed.startsWith('{')) return {}
  const { id = '', key, roles } = JSON.parse(printed)
  if (key !== undefined && roles !== undefined) return { [`${roles[0].toUpperCase()}_KEY`]: key, KEY_ID: id }
  if (id.startsWith('dst_')) return { DESTINATION_ID: id }
  return id.startsWith('apr_') ? { APPROVAL_ID: id } : {}
}
