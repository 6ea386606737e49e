// Keeps the modals that are open in the sandbox's Slack, and opens and changes them as Slack does.

import { randomBytes } from 'node:crypto'
import type { Clock } from '../../kit/clock.ts'
import { parseJson, refusal } from './content.ts'
import { isObject, type JsonObject, withBlockIds } from './messages.ts'
import type { Triggers } from './triggers.ts'
import { viewProblems } from './view-limits.ts'
import { APP_ID, BOT, TEAM } from './workspace.ts'

/** Fields of inputs, by block and action. */
export type Values = Record<string, Record<string, { type: string; value: string | null }>>

export interface Modal {
  id: string
  /** Another one after each change. */
  hash: string
  userId: string
  /** As the app wants it, with a name for each block. */
  view: JsonObject & { blocks: JsonObject[] }
  /** What is wrong with an input, by its block. */
  errors: Record<string, string>
  /** What went wrong with the last submission, in Slack's own words. */
  trouble: string | null
}

export interface Modals {
  list(): Modal[]
  find(id: unknown): Modal | undefined
  /** The answers of `views.open` and `views.update`. */
  open(args: JsonObject): JsonObject
  update(args: JsonObject): JsonObject
  /** Shows it as the app wants it now; returns Slack's refusal of a view that it does not take. */
  replace(modal: Modal, view: unknown): JsonObject | undefined
  say(modal: Modal, said: Pick<Modal, 'errors' | 'trouble'>): void
  close(modal: Modal): void
  onChange(listener: () => void): () => void
}

/** https://docs.slack.dev/reference/methods/views.open */
const MOST_BYTES = 250_000

export function createModals(clock: Clock, triggers: Triggers): Modals {
  const open = new Map<string, Modal>()
  const listeners = new Set<() => void>()

  function changed(): void {
    for (const listener of listeners) listener()
  }

  function replace(modal: Modal, wanted: unknown): JsonObject | undefined {
    const read = readView(wanted)
    if ('refused' in read) return read.refused
    Object.assign(modal, { view: read.view, hash: newHash(clock), errors: {}, trouble: null })
    changed()
  }

  return {
    list: () => [...open.values()],
    find: (id) => open.get(String(id)),

    open({ trigger_id, view }) {
      const read = readView(view)
      if ('refused' in read) return read.refused
      const trigger = triggers.use(trigger_id)
      if ('error' in trigger) return refusal(trigger.error)
      const id = `V${randomBytes(5).toString('hex').toUpperCase()}`
      const { userId } = trigger
      for (const other of open.values()) if (other.userId === userId) open.delete(other.id)
      const modal: Modal = { id, hash: newHash(clock), userId, view: read.view, errors: {}, trouble: null }
      open.set(id, modal)
      changed()
      return { ok: true, view: viewPayload(modal, {}) }
    },

    update({ view_id, external_id, hash, view }) {
      const modal =
        view_id === undefined
          ? [...open.values()].find((one) => external_id && one.view.external_id === external_id)
          : open.get(String(view_id))
      if (!modal) return refusal('not_found')
      if (hash !== undefined && hash !== modal.hash) return refusal('hash_conflict')
      return replace(modal, view) ?? { ok: true, view: viewPayload(modal, {}) }
    },

    replace,
    say(modal, said) {
      Object.assign(modal, said)
      changed()
    },
    close(modal) {
      open.delete(modal.id)
      changed()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function readView(wanted: unknown): { view: Modal['view'] } | { refused: JsonObject } {
  const view = typeof wanted === 'string' ? parseJson(wanted) : wanted
  if (!isObject(view))
    return { refused: refusal('invalid_arguments', ['must be a view [json-pointer:/view]']) }
  if (Buffer.byteLength(JSON.stringify(view)) > MOST_BYTES) return { refused: refusal('view_too_large') }
  const problems = viewProblems(view)
  if (problems.length > 0) return { refused: refusal('invalid_arguments', problems) }
  return { view: { ...view, blocks: withBlockIds(view.blocks as JsonObject[]) } }
}

function newHash(clock: Clock): string {
  return `${Math.floor(clock.now() / 1000)}.${randomBytes(4).toString('hex')}`
}

/** A modal as Slack shows it to the app. */
export function viewPayload({ id, hash, view }: Modal, values: Values): JsonObject {
  return {
    clear_on_close: false,
    notify_on_close: false,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    close: null,
    submit: null,
    ...view,
    id,
    team_id: TEAM.id,
    hash,
    state: { values },
    previous_view_id: null,
    root_view_id: id,
    app_id: APP_ID,
    app_installed_team_id: TEAM.id,
    bot_id: BOT.botId,
  }
}
