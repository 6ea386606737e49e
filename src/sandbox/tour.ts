// Remembers where the tour of the page began: what was said in the places before is not shown any more.

import type { StandIns } from './places.ts'
import type { SavedTour, StateFile } from './saved-state.ts'

type LastIds = SavedTour['after']

/** Whether this message was said since the tour began. */
export type Shows = (place: keyof LastIds, id: string) => boolean

export interface Tour {
  /** Another one whenever it begins again. */
  number(): number
  shows: Shows
  /** Messages are kept all the same: what the product still has to say of them finds them. */
  beginAgain(): void
}

const NOTHING: LastIds = { slack: '0', teams: '0', discord: '0', telegram: '0' }

export function createTour({ slack, teams, discord, telegram }: StandIns, file: StateFile): Tour {
  const now = (): SavedTour => file.state.tour ?? { number: 0, after: NOTHING }
  const lastOf = (ids: (string | number)[]) =>
    ids.map(String).reduce((last, id) => (isAfter(id, last) ? id : last), '0')

  return {
    number: () => now().number,
    shows: (place, id) => isAfter(id, now().after[place]),
    beginAgain() {
      const after: LastIds = {
        slack: lastOf(slack.workspace.channels.flatMap(({ id }) => slack.messages(id)).map(({ ts }) => ts)),
        teams: lastOf(teams.messages(teams.workspace.places.approvals).map(({ id }) => id)),
        discord: lastOf(discord.messages().map(({ id }) => id)),
        telegram: lastOf(
          telegram
            .chats()
            .flatMap((chat) => telegram.messages(chat.id))
            .map(({ id }) => id),
        ),
      }
      file.keep({ tour: { number: now().number + 1, after } })
    },
  }
}

function isAfter(id: string, other: string): boolean {
  return orderOf(id) > orderOf(other)
}

/** Ids are too long for a `number`; Slack's have a point before the last six digits. */
function orderOf(id: string): bigint {
  return /^\d+(\.\d{6})?$/.test(id) ? BigInt(id.replace('.', '')) : 0n
}
