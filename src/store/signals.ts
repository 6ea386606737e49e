// Tells those who wait of a commit by named signals, in this process and, on PostgreSQL, in all of them.

import { EventEmitter } from 'node:events'

/** `approvals`: the id of one that closed, or reached nobody. `deliveries`: something is due. `destinations`: one has changed. */
export type Topic = 'approvals' | 'deliveries' | 'destinations'

/**
 * A hint to look again, never the news itself: it is sent after the commit and may be lost with a connection,
 * so whoever listens also looks by itself now and then.
 */
export interface Signals {
  publish(topic: Topic, key: string): void
  /** `key` is '' when signals may have been lost: look at everything. Returns how to stop. */
  subscribe(topic: Topic, listener: (key: string) => void): () => void
}

export function localSignals(): Signals {
  const emitter = new EventEmitter().setMaxListeners(0)
  return {
    publish: (topic, key) => void emitter.emit(topic, key),
    subscribe(topic, listener) {
      emitter.on(topic, listener)
      return () => void emitter.off(topic, listener)
    },
  }
}
