// Finds the link of a card for a place where nothing can be pressed, and says whether a button may carry it.

import type { Content } from './content.ts'

/** Longer ones fit on no button there, and no address of ours is. */
export const LONGEST_URL = 512

export interface Link {
  label: string
  url: string
  /** Otherwise it stands in the text: the platform refuses a button to a host without a dot. */
  onButton: boolean
}

export function linkOf({ actions }: Content): Link | undefined {
  const [link] = actions.flatMap((action) => (action.kind === 'link' ? [action] : []))
  if (!link || link.url.length > LONGEST_URL) return undefined
  return { label: link.label, url: link.url, onButton: /[.:]/.test(new URL(link.url).hostname) }
}
