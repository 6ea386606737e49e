// Reaches a server from the command line as any other client, at COUNTERSIGN_URL with COUNTERSIGN_API_KEY.

import { type Client, createClient, Refused, Unavailable } from '../../packages/client/src/index.ts'
import { StartError } from '../kit/start-error.ts'

/** A test of a destination waits for its provider. */
const TIMEOUT_SECONDS = 70

export interface Server {
  client: Client
  /** Its address, without a path. */
  origin: string
  key: string
}

/** The one that is meant. Throws a StartError where the environment does not say it. */
export function serverNamed(): Server {
  const { COUNTERSIGN_URL: url = 'http://127.0.0.1:3000', COUNTERSIGN_API_KEY: auth } = process.env
  if (!auth) throw new StartError('COUNTERSIGN_API_KEY: must be set to an API key of the server')
  try {
    const client = createClient({ url, auth, timeoutSeconds: TIMEOUT_SECONDS })
    return { client, origin: new URL(url).origin, key: auth }
  } catch (error) {
    throw sentenceOf(error, url) ?? error
  }
}

/** What the call resolves with. Throws a StartError with the server's own sentence, or with ours. */
export async function atServer<T>(call: (client: Client) => Promise<T>): Promise<T> {
  const { client, origin } = serverNamed()
  try {
    return await call(client)
  } catch (error) {
    throw sentenceOf(error, origin) ?? error
  }
}

function sentenceOf(error: unknown, url: string): StartError | undefined {
  if (error instanceof Unavailable) return new StartError(`${error.message}; set COUNTERSIGN_URL`)
  if (error instanceof Refused && error.status === 401) {
    return new StartError(`COUNTERSIGN_API_KEY: the server at ${url} does not know this key, or it has ended`)
  }
  if (error instanceof Refused) return new StartError(error.message)
  const [, option, mistake] = /^(url|auth): (.*)/.exec((error as Error).message) ?? []
  if (!(error instanceof TypeError) || mistake === undefined) return undefined
  return new StartError(`COUNTERSIGN_${option === 'url' ? 'URL' : 'API_KEY'}: ${mistake}`)
}
