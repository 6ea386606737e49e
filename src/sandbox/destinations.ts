// Lets the product post to the sandbox's places, by destinations that are made over its HTTP API, each once.

import type { ProductApi } from './product-api.ts'

/** The body of `POST /v1/settings/notifications`. */
export interface WantedDestination {
  channel_type: string
  name: string
  config: Record<string, string>
}

interface Destination {
  id: string
  channel_type: string
  /** With `set` in the place of each secret. */
  config: Record<string, string>
}

interface DestinationPage {
  data: Destination[]
  next_cursor: string | null
}

export interface Destinations {
  /** Safe to repeat. `isMoved` tells which of them shall be told again where it posts. */
  ensure(all: WantedDestination[], isMoved?: (wanted: WantedDestination) => boolean): Promise<void>
  remove(all: WantedDestination[]): Promise<void>
  /** Whether this was there when it was last looked at. */
  isThere(wanted: WantedDestination): boolean
}

/** One change at a time, so that two presses at once make one destination. */
export function createDestinations(admin: ProductApi): Destinations {
  const path = '/v1/settings/notifications'
  let known: Destination[] = []
  let last: Promise<void> = Promise.resolve()

  function inTurn(change: () => Promise<void>): Promise<void> {
    const look = async () => {
      known = await list()
    }
    const done = last.then(look).then(change).then(look)
    last = done.catch(() => {})
    return done
  }

  async function list(): Promise<Destination[]> {
    const all: Destination[] = []
    let query = ''
    while (true) {
      const { body } = await admin.get<DestinationPage>(path + query)
      all.push(...body.data)
      if (body.next_cursor === null) return all
      query = `?cursor=${encodeURIComponent(body.next_cursor)}`
    }
  }

  const find = (wanted: WantedDestination) => known.find((one) => isSamePlace(one, wanted))

  return {
    ensure: (all, isMoved = () => false) =>
      inTurn(async () => {
        for (const wanted of all) {
          const there = find(wanted)
          if (!there) await admin.post(path, wanted)
          else if (isMoved(wanted)) await admin.patch(`${path}/${there.id}`, { config: wanted.config })
        }
      }),
    remove: (all) =>
      inTurn(async () => {
        for (const { id } of all.map(find).filter((one) => one !== undefined)) {
          await admin.delete(`${path}/${id}`)
        }
      }),
    isThere: (wanted) => find(wanted) !== undefined,
  }
}

function isSamePlace({ channel_type, config }: Destination, wanted: WantedDestination): boolean {
  const isSame = ([name, value]: [string, string]) => config[name] === 'set' || config[name] === value
  return channel_type === wanted.channel_type && Object.entries(wanted.config).every(isSame)
}
