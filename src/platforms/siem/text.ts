// Writes others' text for a SIEM with every unseen character made visible.

import type { EventView } from '../../events/event.ts'
import { revealed } from '../content/text.ts'

/**
 * What a reader cannot see is shown as `\uXXXX`, so that a name which only looks like another one is not taken for it.
 * Of all that controls nothing is left but line feeds.
 */
export function visible(text: string): string {
  return revealed(text.replace(/\r\n?/g, '\n').replace(/\t/g, ' '))
}

/**
 * The event with all that is unseen in its identifiers shown, also blanks that a collector would trim or fold. A new
 * approval has nothing of the kind; an event may, and so may an approval of an older version.
 */
export function withVisibleIdentifiers(event: EventView): EventView {
  const { agent, tool, environment } = event
  return {
    ...event,
    agent: agent && { ...agent, id: visibleIdentifier(agent.id) },
    tool: tool && visibleIdentifier(tool),
    environment: environment && visibleIdentifier(environment),
  }
}

function visibleIdentifier(text: string): string {
  return revealed(text).replace(
    /[\n\t]|^ | $|(?<= ) /g,
    (blank) => `\\u${blank.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
