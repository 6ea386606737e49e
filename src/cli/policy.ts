// Checks, applies, compares and explains a policy in a file, with the server at COUNTERSIGN_URL.

import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { StartError } from '../kit/start-error.ts'
import { comparePolicies } from '../policy/compare.ts'
import { refusalOf, type Sent, send } from './api-client.ts'
import { differenceLines } from './policy-difference.ts'
import { explanationLines, shadowedLines } from './policy-explained.ts'

const PATH = '/v1/policies'

/** Throws a StartError that has a line for each mistake, such as `policy.yaml:3: rule "reads": …`. */
export async function checkPolicy(file: string): Promise<void> {
  const { body, headers } = bodyOf(file)
  const { rules, version_in_force: version } = await policyAnswer(
    file,
    await send('POST', `${PATH}/check`, { body, headers }),
  )
  const next = version === null ? 'No policy is in force yet' : `It would replace version ${version}`
  console.log(`${file}: ${rules} rules, and all they ask can be done. ${next}`)
}

/** `ifVersion`: what must be in force; else what is in force when this begins. */
export async function applyPolicy(file: string, { ifVersion }: { ifVersion?: number }): Promise<void> {
  const { body, headers } = bodyOf(file)
  const before = ifVersion ?? (await inForce()).version
  const sent = await send('PUT', PATH, { body, headers: { ...headers, 'if-match': `"${before}"` } })
  const { version } = await policyAnswer(file, sent)
  console.log(
    version === before
      ? `Version ${version} is in force already, byte for byte`
      : `Version ${version} is in force${before === 0 ? '' : `; it was ${before}`}`,
  )
}

/** Prints what would change, rule by rule. */
export async function diffPolicy(file: string): Promise<void> {
  const { body, headers } = bodyOf(file)
  await policyAnswer(file, await send('POST', `${PATH}/check`, { body, headers }))
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
  const asked: Record<string, string> = {
    ...(file !== undefined && { policy: JSON.stringify(textOf(file)) }),
    ...(request !== undefined && { request: jsonIn(request) }),
    ...(approval !== undefined && { approval_id: JSON.stringify(approval) }),
    ...(last !== undefined && { last_days: daysIn(last) }),
  }
  const body = `{${Object.entries(asked)
    .map(([name, json]) => `"${name}":${json}`)
    .join()}}`
  const sent = await send('POST', `${PATH}/explain`, {
    body,
    headers: { 'content-type': 'application/json' },
  })
  const answer = await policyAnswer(file ?? '', sent)
  const lines = last === undefined ? explanationLines(answer, file) : shadowedLines(answer)
  for (const line of lines) console.log(line)
}

async function inForce(): Promise<{ version: number; text: string }> {
  const sent = await send('GET', PATH)
  if (sent.status === 404) return { version: 0, text: 'rules: []' }
  if (!sent.isOk) throw refusalOf(sent)
  return { version: Number(sent.headers.get('etag')?.slice(1, -1)), text: sent.text }
}

/** The JSON of a 2xx answer. Throws a StartError with a line for each mistake of the policy, or with the refusal. */
async function policyAnswer(file: string, sent: Sent): Promise<Record<string, unknown>> {
  if (sent.isOk && sent.json) return sent.json
  if (sent.json?.code !== 'invalid_policy') throw refusalOf(sent)
  const mistakes = sent.json.errors as { rule: string | null; line: number | null; message: string }[]
  const lines = mistakes.map(({ rule, line, message }) => {
    const place = line === null ? file : `${file}:${line}`
    return rule === null ? `${place}: ${message}` : `${place}: rule "${rule}": ${message}`
  })
  throw new StartError(lines.join('\n'))
}

function bodyOf(file: string): { body: string; headers: Record<string, string> } {
  const isJson = extname(file).toLowerCase() === '.json'
  return { body: textOf(file), headers: { 'content-type': isJson ? 'application/json' : 'application/yaml' } }
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
