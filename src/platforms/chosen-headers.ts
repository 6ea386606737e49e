// Checks the headers an admin chooses: none may concern the connection, the body or the signature.

const MOST_HEADERS = 20
const LONGEST_NAME = 100
const LONGEST_VALUE = 2000

/** A token of RFC 9110, section 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Visible ASCII with blanks between: nothing that could end the header. */
const VALUE = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/

/** Of the connection and of the message's frame, RFC 9110 section 7.6.1, and of the body, which is ours. */
const TAKEN = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** Signatures by their standard, and by the name that its libraries read as well. */
const SIGNING = /^(webhook|svix)-/

const SET_ALREADY = 'must be another header: this one is set already'

export function headerNameMistake(name: string): string | undefined {
  if (name.length > LONGEST_NAME || !NAME.test(name)) return 'must be a header name, such as X-Signature'
  const lower = name.toLowerCase()
  if (TAKEN.has(lower) || SIGNING.test(lower)) return 'must be another header: this one is ours to set'
}

export interface Mistake {
  path: string[]
  message: string
}

/** `ours`: what we send beside them. */
export function headerMistakes(headers: Record<string, string>, ours: string[] = []): Mistake[] {
  const entries = Object.entries(headers)
  if (entries.length > MOST_HEADERS) {
    return [{ path: ['headers'], message: `must be at most ${MOST_HEADERS} headers` }]
  }
  const set = new Set(ours.map((name) => name.toLowerCase()))
  return entries.flatMap(([name, value]) => {
    const isTwice = set.has(name.toLowerCase())
    set.add(name.toLowerCase())
    const message = headerNameMistake(name) ?? (isTwice ? SET_ALREADY : valueMistake(value))
    return message === undefined ? [] : [{ path: ['headers', name], message }]
  })
}

function valueMistake(value: string): string | undefined {
  if (value.length <= LONGEST_VALUE && VALUE.test(value)) return undefined
  return `must be 1 to ${LONGEST_VALUE} visible ASCII characters on one line`
}

/** As they are sent: names in lower case, and an admin may say who we are. */
export function sentHeaders(chosen: Record<string, string> = {}): Record<string, string> {
  const entries = Object.entries(chosen).map(([name, value]) => [name.toLowerCase(), value])
  return { 'user-agent': 'Countersign', ...Object.fromEntries(entries) }
}
