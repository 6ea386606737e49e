// Finds variables whose name is close to one that is read, and so was probably meant to be it.

import { closest } from '../kit/closest.ts'

/** Fewer mistakes than among words of ours: the environment is full of names of others. */
const LETTERS_PER_MISTAKE = 5

/** A sentence for each variable that has a value and that nobody reads under this name. Empty ones count as unset. */
export function misspelt(env: NodeJS.ProcessEnv, known: readonly string[]): string[] {
  const names = known.flatMap((name) => [name, `${name}_FILE`])
  // Where the right one is set too, the other is somebody else's.
  const unset = names.filter((name) => !env[name])
  return Object.keys(env)
    .filter((name) => env[name] && !names.includes(name) && !/^npm_/i.test(name))
    .flatMap((name) => {
      const meant = closest(name, unset, LETTERS_PER_MISTAKE)
      return meant === undefined ? [] : [`${name} is set and is not read. Did you mean ${meant}?`]
    })
}
