// Asks the person at the terminal, and shows no passphrase.

import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { gather, SHORTEST_PASSPHRASE } from '../config/config.ts'
import { StartError } from '../kit/start-error.ts'

const VARIABLE = 'COUNTERSIGN_BACKUP_PASSPHRASE'

export function isAtTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Anything but a word that begins with y is a no. */
export async function askYes(question: string): Promise<boolean> {
  return /^y/i.test((await ask(`${question} [y/N] `, process.stderr)).trim())
}

/** From the environment, or asked for: a new one twice. Throws a StartError where nobody can be asked. */
export async function readPassphrase({ isNew }: { isNew: boolean }): Promise<string> {
  const given = gather(process.env)[VARIABLE]
  if (given !== undefined) return given
  if (!isAtTerminal()) throw new StartError(`${VARIABLE}: must be set where there is no terminal to ask at`)
  const passphrase = await askHidden('Passphrase of the backup: ')
  if (!isNew) return passphrase
  if (passphrase.length < SHORTEST_PASSPHRASE) {
    throw new StartError(`The passphrase must have at least ${SHORTEST_PASSPHRASE} characters.`)
  }
  if ((await askHidden('Once more: ')) !== passphrase) throw new StartError('The two are not the same.')
  return passphrase
}

async function askHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = ask('', nowhere)
  // From here on the terminal shows nothing of what is typed.
  process.stderr.write(question)
  await answer
  process.stderr.write('\n')
  return answer
}

async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  try {
    return await lines.question(question)
  } catch {
    // Ctrl-C or Ctrl-D.
    throw new StartError('Ended without an answer; nothing was changed.')
  } finally {
    lines.close()
  }
}
