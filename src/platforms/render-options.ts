// Says how a message is drawn: what may be read at the place, what can be pressed there, and who is called.

import type { Destination, Message } from './platform.ts'

export interface RenderOptions {
  /**
   * false: of what others wrote only which agent, which tool and which environment; a line says that the rest is left
   * out.
   */
  details: boolean
  /** Whether what is pressed there reaches us; otherwise there are links alone. */
  interactive: boolean
  /** Whether more can be shown to who presses, and asked of them: all of the details, a note. */
  dialogs: boolean
  /** Whether the people there are called. */
  mention: boolean
  /** The place was removed: nothing can be decided there any more, and a card that waits says so. */
  removed: boolean
}

type Place = Pick<Destination, 'includeDetails' | 'state'>
export type Presses = Pick<RenderOptions, 'interactive' | 'dialogs'>

/** What can be pressed at a place. */
export const LINKS: Presses = { interactive: false, dialogs: false }
export const BUTTONS: Presses = { interactive: true, dialogs: false }
export const DIALOGS: Presses = { interactive: true, dialogs: true }

/** For a new message, or a digest. */
export function posting({ mention }: Pick<Message, 'mention'>, to: Place, presses: Presses): RenderOptions {
  return { details: to.includeDetails, ...presses, mention: mention === true, removed: false }
}

/** For one that stands already: its people were called when it was posted. */
export function redrawing(to: Place, presses: Presses): RenderOptions {
  const removed = to.state === 'removed'
  return { details: to.includeDetails, ...(removed ? LINKS : presses), mention: false, removed }
}

/** Of a conversation: what one destination in it leaves out stays out, and everything where none is known. */
export function allShowDetails(here: Place[]): boolean {
  return here.length > 0 && here.every(({ includeDetails }) => includeDetails)
}

/** On a card that still waits for a decision. */
export const REMOVED_WORDS = 'This destination was removed: nothing can be decided here.'

/** In the place of the details. `isLinked`: whether the link is there too. */
export function withheldWords(isLinked: boolean, link = 'View in Console'): string {
  return isLinked ? `Details are left out here. ${link} shows them.` : 'Details are left out here.'
}
