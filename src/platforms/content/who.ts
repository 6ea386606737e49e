// Names who asks or tells, and about what, by what we know ourselves: never by what somebody calls itself.

import type { EventView } from '../../events/event.ts'
import type { Budget } from './budget.ts'
import type { Fact } from './content.ts'
import type { Line } from './line.ts'
import { identifier, oneLine } from './text.ts'

const LONGEST_NAME = 80

interface Asking {
  agent: { id: string } | null
  /** null: Countersign itself. */
  key: { id: string; name: string } | null
}

/** What nobody but an admin could have chosen: which agent the key says it is, and which key. */
export function asker({ agent, key }: Asking, budget: Budget): Line {
  if (key === null) return ['Countersign']
  const name: Line = ['the key ', { name: keyName(key, budget) }]
  return agent === null ? name : [{ id: identifier(agent.id) }, ' with ', ...name]
}

export function whoOf({ agent, key }: Asking, budget: Budget): Fact[] {
  return [
    ...(agent === null ? [] : [{ label: 'Agent', value: [{ id: identifier(agent.id) }] }]),
    ...(key === null ? [] : [{ label: 'Key', value: [{ name: keyName(key, budget) }] }]),
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
function keyName({ id, name }: { id: string; name: string }, budget: Budget): string {
  return name.trim() === '' ? id : named(name, "the key's name", budget)
}

export function named(name: string, what: string, budget: Budget): string {
  return budget.of(what, oneLine(name), LONGEST_NAME)
}
