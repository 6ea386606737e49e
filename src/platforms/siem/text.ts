// Writes others' text for a SIEM with every unseen character made visible.

import type { EventView } from '../../events/event.ts'
import { identifier } from '../../kit/identifier.ts'
import { revealed } from '../content/text.ts'

/**
 * What a reader cannot see is shown as `\uXXXX`, so that a name which only looks like another one is not taken for it.
 * Of all that controls nothing is left but line feeds.
 */
export function visible(text: string): string {
  return revealed(text.replace(/\r\n?/g, '\n').replace(/\t/g, ' '))
}

/**
 * The event with its identifiers as visible ASCII, also blanks that a collector would trim or fold. A new approval has
 * them so; an event may have others, and so may an approval of an older version.
 */
export function withVisibleIdentifiers(event: EventView): EventView {
  const { agent, tool, environment } = event
  return {
    ...event,
    agent: agent && { ...agent, id: identifier(agent.id) },
    tool: tool && identifier(tool),
    environment: environment && identifier(environment),
  }
}
