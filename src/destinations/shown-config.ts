// Shows a config with a word in the place of each secret, and takes that word back for the secret itself.

type Config = Record<string, unknown>

/** Stands for a secret that is kept. */
export const SET = 'set'

/** What an admin sees. `hidden`: secrets that no admin gives. */
export function shownConfig(readable: Config, secrets: Config, hidden: readonly string[] = []): Config {
  const names = Object.keys(secrets).filter((name) => !hidden.includes(name))
  return { ...readable, ...Object.fromEntries(names.map((name) => [name, SET])) }
}

/** What is left out stays as it is, and so does a secret that comes back as it was shown; null takes a field away. */
export function changedConfig(known: Config, given: Config, secrets: readonly string[]): Config {
  const isKept = ([name, value]: [string, unknown]) =>
    value === SET && secrets.includes(name) && known[name] !== undefined
  const changes = Object.entries(given).filter((entry) => !isKept(entry))
  const all = Object.entries({ ...known, ...Object.fromEntries(changes) })
  return Object.fromEntries(all.filter(([, value]) => value !== null))
}

/** The first secret for which only the word was given, where none is kept. */
export function unknownSecret(config: Config, secrets: readonly string[]): string | undefined {
  return secrets.find((name) => config[name] === SET)
}
