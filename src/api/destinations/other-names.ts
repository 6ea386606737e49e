// Reads the fields of a destination by the names that other products have for them.

import { z } from 'zod'

/** Each with the name that the field has here. */
const NAMES = new Map([
  ['platform', 'channel_type'],
  ['is_active', 'enabled'],
  ['notification_settings', 'settings'],
])
/** Each is `webhook_url` of the config. */
const WEBHOOK_URLS = ['slack_webhook_url', 'discord_webhook_url']
/** Says nothing that we need: a webhook knows its channel by itself. */
const CHANNEL_NAME = 'slack_channel_name'

type Fields = Record<string, unknown>

/** The document shows our own names alone. */
export function byOtherNamesToo<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((body, context) => {
    if (!isObject(body)) return body
    return renamed(body, (given, own) => {
      const message = `is another name of ${own}; send only one of them`
      context.addIssue({ code: 'custom', path: [given], message })
    })
  }, schema)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `twice` is told of a field that came by two names. */
function renamed(body: Fields, twice: (given: string, own: string) => void): Fields {
  const { [CHANNEL_NAME]: _, ...fields } = body
  for (const [given, own] of NAMES) {
    if (!(given in fields)) continue
    if (own in fields) twice(given, own)
    fields[own] = fields[given]
    delete fields[given]
  }
  for (const given of WEBHOOK_URLS) {
    if (!(given in fields)) continue
    const { [given]: url, config = {} } = fields
    delete fields[given]
    // Whatever else it is stays there, and is refused as such.
    if (!isObject(config)) continue
    if ('webhook_url' in config) twice(given, 'config.webhook_url')
    fields.config = { ...config, webhook_url: url }
  }
  return fields
}
