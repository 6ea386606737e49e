// Finds what PagerDuty's Events API refuses in an event, by its documented rules, and whatever is not documented.

const ACTIONS = ['trigger', 'acknowledge', 'resolve']
const SEVERITIES = ['critical', 'error', 'warning', 'info']
const MOST_BYTES = 512 * 1000

type Rule = [isKept: boolean, mistake: string]

/** Empty when it is taken; https://developer.pagerduty.com/docs/send-alert-event */
export function mistakesIn(text: string): string[] {
  if (Buffer.byteLength(text) > MOST_BYTES) return ['Event object is larger than 512 KB']
  const { routing_key, event_action, dedup_key, payload, links = [], client_url, ...rest } = JSON.parse(text)
  const rules: Rule[] = [
    [routing_key?.length === 32, "Length of 'routing_key' is incorrect (should be 32 characters)"],
    [/^[A-Za-z0-9]*$/.test(routing_key), "'routing_key' cannot contain non-alphanumeric characters."],
    [ACTIONS.includes(event_action), "'event_action' is missing or unknown"],
    [isText(dedup_key) && dedup_key.length <= 255, "'dedup_key' is missing or too long"],
    [event_action !== 'trigger' || payload !== undefined, "'payload' is missing"],
    [
      links.every(({ href, text }: Record<string, unknown>) => isWeb(href) && isText(text)),
      "'links' is wrong",
    ],
    [client_url === undefined || isWeb(client_url), "'client_url' is no URL"],
    [Object.keys(rest).every((name) => name === 'client'), 'a field is not documented'],
    ...(payload === undefined ? [] : rulesOf(payload)),
  ]
  return rules.flatMap(([isKept, mistake]) => (isKept ? [] : [mistake]))
}

function rulesOf(payload: Record<string, unknown>): Rule[] {
  const { summary, source, severity, timestamp, custom_details, ...rest } = payload
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(timestamp))
  return [
    [isText(summary) && summary.length <= 1024, "'payload.summary' is missing or too long"],
    [isText(source), "'payload.source' is missing"],
    [SEVERITIES.includes(String(severity)), "'payload.severity' is unknown"],
    [isTime, "'payload.timestamp' is no time"],
    [typeof custom_details === 'object' && custom_details !== null, "'payload.custom_details' is no object"],
    [Object.keys(rest).every((name) => /^(component|group|class)$/.test(name)), 'a field is not documented'],
    [Object.values(rest).every(isText), "'payload' has a blank field"],
  ]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isWeb(url: unknown): boolean {
  return isText(url) && /^https?:$/.test(URL.parse(url)?.protocol ?? '')
}
