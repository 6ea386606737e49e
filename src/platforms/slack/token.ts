// Tells a bot token of Slack's from everything else that is pasted in its place.

export const BOT_TOKEN = /^xoxb-[\w-]+$/

const TAKE = 'take the Bot User OAuth Token (xoxb-…) from OAuth & Permissions'
const ROTATES =
  'of an app that rotates its tokens, which Countersign does not renew; make the app anew from the manifest, without token rotation'

const PLACEHOLDER = /…|\.\.\.|[<>]/
const OTHERS: [looks: RegExp, sentence: string][] = [
  [PLACEHOLDER, `is a placeholder; ${TAKE}`],
  [/^xoxe\./, `is a token that expires, ${ROTATES}`],
  [/^xoxe-/, `is a refresh token, ${ROTATES}`],
  [/^xoxp-/, `is a user token; ${TAKE}`],
  [/^xapp-/, `is an app-level token; ${TAKE}`],
  [
    /^https:\/\/hooks\.slack\.com\//,
    'is a webhook; give it as webhook_url, without bot_token and channel_id',
  ],
  [/^[0-9a-f]{32}$/, `is a signing secret; ${TAKE}`],
]

/** What is wrong with a text that is no bot token, to be read after the name of the field. */
export function tokenMistake(text: unknown): string {
  const [, sentence] = OTHERS.find(([looks]) => typeof text === 'string' && looks.test(text)) ?? []
  return sentence ?? 'must be a bot token; it begins with xoxb-'
}

export const WRONG_SIGNING_SECRET = 'is no signing secret; copy it from the app’s Basic Information'

/** Slack's have 32 characters: a short one could be guessed, and with it a press be signed. */
const SHORTEST_SECRET = 16

/** Whether it may be one: a token or an address never is. */
export function maySign(text: string): boolean {
  return (
    text.trim().length >= SHORTEST_SECRET && !PLACEHOLDER.test(text) && !/^(xox|xapp-|https?:)/.test(text)
  )
}
