// Checks, applies, compares and explains a policy in a file, with the server at COUNTERSIGN_URL.

import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type api, type Client, Refused } from '../../packages/client/src/index.ts'
import { StartError } from '../kit/start-error.ts'
import { comparePolicies } from '../policy/compare.ts'
import { differenceLines } from './policy-difference.ts'
import { explanationLines, shadowedLines } from './policy-explained.ts'
import { atServer } from './server.ts'

/** Throws a StartError that has a line for each mistake, such as `policy.yaml:3: rule "reads": …`. */
export async function checkPolicy(file: string): Promise<void> {
  const given = policyIn(file)
  const { body } = await asked(file, (client) => client.checkPolicy(given))
  const { rules, version_in_force: version } = body
  const next = version === null ? 'No policy is in force yet' : `It would replace version ${version}`
  console.log(`${file}: ${rules} rules, and all they ask can be done. ${next}`)
}

/** `ifVersion`: what must be in force; else what is in force when this begins. */
export async function applyPolicy(file: string, { ifVersion }: { ifVersion?: number }): Promise<void> {
  const given = policyIn(file)
  const before = ifVersion ?? (await inForce()).version
  const headers = { 'If-Match': `"${before}"` }
  const { body } = await asked(file, (client) => client.setPolicy({ ...given, headers }))
  const { version } = body
  console.log(
    version === before
      ? `Version ${version} is in force already, byte for byte`
      : `Version ${version} is in force${before === 0 ? '' : `; it was ${before}`}`,
  )
}

/** Prints what would change, rule by rule. */
export async function diffPolicy(file: string): Promise<void> {
  const given = policyIn(file)
  const { body } = given
  await asked(file, (client) => client.checkPolicy(given))
  const { version, text } = await inForce()
  const differences = comparePolicies(text, body)
  if (text === body) console.log(`${file} is version ${version}, which is in force`)
  else if (differences.length === 0) {
    console.log(`${file} means the same as version ${version}, which is in force; comments or layout differ`)
  } else {
    console.log(version === 0 ? `No policy is in force; ${file} has` : `To version ${version}, ${file} would`)
    for (const line of differences.flatMap(differenceLines)) console.log(line)
  }
}

export interface Question {
  request?: string
  approval?: string
  last?: string
}

/** `file`: the policy to ask; undefined: the one in force, or of an approval the one on record. */
export async function explainPolicy(file: string | undefined, question: Question): Promise<void> {
  const { request, approval, last } = question
  if ([request, approval, last].filter((one) => one !== undefined).length !== 1) {
    throw new StartError('Give one of --request FILE, --approval ID and --last DAYS such as 7d')
  }
  const members: Record<string, string> = {
    ...(file !== undefined && { policy: JSON.stringify(textOf(file)) }),
    ...(request !== undefined && { request: jsonIn(request) }),
    ...(approval !== undefined && { approval_id: JSON.stringify(approval) }),
    ...(last !== undefined && { last_days: daysIn(last) }),
  }
  const body = `{${Object.entries(members)
    .map(([name, json]) => `"${name}":${json}`)
    .join()}}`
  const answer = (await asked(file ?? '', (client) => client.explainPolicy({ body }))).body
  const lines = 'counts' in answer ? shadowedLines(answer) : explanationLines(answer, file)
  for (const line of lines) console.log(line)
}

async function inForce(): Promise<{ version: number; text: string }> {
  const answer = await atServer((client) =>
    client.readPolicy().catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return undefined
      throw error
    }),
  )
  if (!answer) return { version: 0, text: 'rules: []' }
  return { version: Number(answer.headers.get('etag')?.slice(1, -1)), text: answer.text }
}

/** Throws a StartError with a line for each mistake of the policy, or with the refusal. */
function asked<T>(file: string, call: (client: Client) => Promise<T>): Promise<T> {
  return atServer((client) =>
    call(client).catch((error: unknown) => {
      throw error instanceof Refused && error.code === 'invalid_policy' ? mistakesOf(file, error) : error
    }),
  )
}

function mistakesOf(file: string, { problem }: Refused): StartError {
  const lines = problem.errors?.map(({ rule, line, message }: api.Mistake) => {
    const place = line == null ? file : `${file}:${line}`
    return rule == null ? `${place}: ${message}` : `${place}: rule "${rule}": ${message}`
  })
  return new StartError(lines?.join('\n') ?? problem.detail)
}

function policyIn(file: string) {
  const isJson = extname(file).toLowerCase() === '.json'
  return { body: textOf(file), contentType: isJson ? 'application/json' : 'application/yaml' } as const
}

function textOf(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not valid UTF-8' : code
    throw new StartError(`${file} cannot be read (${why})`)
  }
}

/** The text itself: the server reads every digit of it. */
function jsonIn(file: string): string {
  const text = textOf(file)
  try {
    JSON.parse(text)
    return text
  } catch {
    throw new StartError(`${file} is not valid JSON`)
  }
}

function daysIn(last: string): string {
  const [, days] = /^(\d{1,2})d$/.exec(last) ?? []
  if (days === undefined) throw new StartError('--last: must be a number of days such as 7d')
  return String(Number(days))
}
