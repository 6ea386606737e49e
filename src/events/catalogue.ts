// What is worth telling? Every type of event, by its one name.

export const EVENT_TYPES = {
  'approval.requested': 'An agent asks for a human decision.',
  'approval.decided': 'A person approved or denied it.',
  'approval.expired': 'Nobody decided in time.',
  'approval.withdrawn': 'The agent no longer needs an answer.',
} as const

export type EventType = keyof typeof EVENT_TYPES

/** What a destination may ask for: a type, or a category such as `approval.*`. */
export function isEventPattern(pattern: string): boolean {
  if (Object.hasOwn(EVENT_TYPES, pattern)) return true
  return (
    pattern.endsWith('.*') && Object.keys(EVENT_TYPES).some((type) => type.startsWith(pattern.slice(0, -1)))
  )
}
