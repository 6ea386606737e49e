// Posts cards by a webhook of Teams' Workflows: one way, with nothing coming back and no redraws.

import type { Clock } from '../../kit/clock.ts'
import type { EgressAnswer } from '../../kit/egress.ts'
import { Failed, type Platform, type Posted, type SendError, Throttled, Undeliverable } from '../platform.ts'
import { type Outgoing, reach } from '../reach.ts'
import { LINKS, posting } from '../render-options.ts'
import { pauseMs } from '../retry-after.ts'
import { isWebPage } from '../web-page.ts'
import { type AdaptiveCard, cardOf, digestCard } from './cards.ts'
import type { WorkflowConfig } from './config.ts'

const MOST_BYTES = 100_000
/** The workflow was deleted or switched off, or is called in another way now. */
const DESTINATION_ERRORS = new Set([
  'WorkflowNotFound',
  'WorkflowTriggerIsNotEnabled',
  'WorkflowTriggerNotFound',
  'WorkflowTriggerVersionNotFound',
])

export function createWorkflows(
  outgoing: Outgoing,
  clock: Clock,
): Required<Pick<Platform<WorkflowConfig>, 'post' | 'digest'>> {
  async function send(card: AdaptiveCard, { webhook_url }: WorkflowConfig): Promise<Posted> {
    const answer = await reach(outgoing, webhook_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Countersign' },
      body: JSON.stringify(enveloped(card)),
      maxBytes: MOST_BYTES,
    })
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer, clock.now())
    if (isWebPage(answer)) throw new Failed('unexpected_answer')
    return {}
  }

  return {
    post: (message, to) => send(cardOf(message, posting(message, to, LINKS)).card, to.config),
    digest: (digest, to) => send(digestCard(digest, posting(digest, to, LINKS)).card, to.config),
  }
}

/** What the workflow "Post to a channel when a webhook request is received" reads. */
function enveloped(content: AdaptiveCard): object {
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] }
}

function failureOf({ status, headers, text }: EgressAnswer, now: number): SendError {
  if (status === 429) return new Throttled(pauseMs(headers['retry-after'], { now }))
  const code = codeIn(text)
  // Microsoft's own word counts only where it says no: what fails on its side may work later.
  if (status < 500 && code !== undefined && DESTINATION_ERRORS.has(code)) {
    return new Undeliverable('destination', code)
  }
  if (status === 400 || status === 413) return new Undeliverable('message', code ?? `http_${status}`)
  // Whatever else says no may be a proxy on the way.
  return new Failed(`http_${status}`, code)
}

/** Power Automate's own, such as `WorkflowNotFound`; whatever else comes back is not kept. */
function codeIn(text: string): string | undefined {
  try {
    const code = JSON.parse(text)?.error?.code
    return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}
