// Opens and changes modals by Slack's Web API.

import type { ModalView } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { calling } from './web-api.ts'

/** One that is open, as it was drawn last. */
export interface OpenView {
  id: string
  /** Another one after each change. */
  hash: string
}

/** All throw as a platform does. */
export interface Views {
  /** `triggerId`: of a press not three seconds ago, each good for one. */
  open(token: string, triggerId: string, view: ModalView): Promise<OpenView>
  /** Only where nothing has changed it since. */
  update(token: string, shown: OpenView, view: ModalView): Promise<OpenView>
}

export function createViews(clientOf: (token: string) => WebClient): Views {
  return {
    async open(token, trigger_id, view) {
      return opened(await calling(clientOf(token).views.open({ trigger_id, view })))
    },
    async update(token, { id, hash }, view) {
      return opened(await calling(clientOf(token).views.update({ view_id: id, hash, view })))
    },
  }
}

function opened({ view }: { view?: { id?: string; hash?: string } }): OpenView {
  return { id: view?.id ?? '', hash: view?.hash ?? '' }
}
