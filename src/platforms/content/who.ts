// Names who asks or tells, and about what, by what we know ourselves: never by what somebody calls itself.

import type { EventView } from '../../events/event.ts'
import { identifier } from '../../kit/identifier.ts'
import type { Fact } from './content.ts'
import type { Line } from './line.ts'
import { oneLine, shortened } from './text.ts'

/** No key has a longer one, and hardly any person. */
const LONGEST_NAME = 120

interface Asking {
  agent: { id: string } | null
  /** null: Countersign itself. */
  key: { id: string; name: string } | null
}

/** What nobody but an admin could have chosen: which agent the key says it is, and which key. */
export function asker({ agent, key }: Asking): Line {
  if (key === null) return ['Countersign']
  const name: Line = ['the key ', { name: keyName(key) }]
  return agent === null ? name : [{ id: identifier(agent.id) }, ' with ', ...name]
}

export function whoOf({ agent, key }: Asking): Fact[] {
  return [
    ...(agent === null ? [] : [{ label: 'Agent', value: [{ id: identifier(agent.id) }] }]),
    ...(key === null ? [] : [{ label: 'Key', value: [{ name: keyName(key) }] }]),
  ]
}

/** Which tool, and where. */
export function whatOf({ tool, environment }: Pick<EventView, 'tool' | 'environment'>): Fact[] {
  return [
    ...(tool === null ? [] : [{ label: 'Tool', value: [{ id: identifier(tool) }] }]),
    ...(environment === null ? [] : [{ label: 'Environment', value: [{ id: identifier(environment) }] }]),
  ]
}

/** As an admin named it. */
function keyName({ id, name }: { id: string; name: string }): string {
  return name.trim() === '' ? id : named(name)
}

/** Of a person or a key; never cut to make room for prose. */
export function named(name: string): string {
  return shortened(oneLine(name), LONGEST_NAME)
}
