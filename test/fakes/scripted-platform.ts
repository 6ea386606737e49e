// Plays a platform in a test of the delivery: it posts, hangs or throws, as the test says.

import type { Destination, Message, Platform } from '../../src/platforms/platform.ts'

export interface Sent {
  what: 'post' | 'redraw' | 'digest' | 'tell'
  to: string
  /** The id of the approval, or of the alert; of a digest all of them. */
  about: string
  status: string
  /** Of the card that was posted or redrawn; of what one person was told, whom, as `T1/U1` or by an address. */
  handle: string
  /** How the destination stood for the one who sent. */
  place: 'on' | NonNullable<Destination['state']>
}

/** Which sends a step is for; what is left out matches all. */
type Which = Partial<Pick<Sent, 'what' | 'to' | 'about'>>

interface Step {
  which: Which
  times: number
  act(): Promise<void> | void
}

export interface ScriptedPlatform extends Platform {
  /** Every send that succeeded, in order. */
  readonly sent: Sent[]
  /** Every send that was tried, in order. */
  readonly tried: Omit<Sent, 'handle'>[]
  /** The next `times` sends like this throw it. */
  fail(error: Error, which?: Which, times?: number): void
  /** The next send like this hangs until `release`; `reached` resolves once it hangs. */
  hang(which?: Which): { reached: Promise<void>; release(error?: Error): void }
  /** How the cards of an approval look now: status by handle. */
  cards(about: string): Record<string, string>
}

export function scriptedPlatform(): ScriptedPlatform {
  const steps: Step[] = []
  const sent: Sent[] = []
  const tried: Omit<Sent, 'handle'>[] = []
  let posted = 0

  async function act(send: Omit<Sent, 'handle'>): Promise<void> {
    tried.push(send)
    const step = steps.find(
      ({ times, which: { what, to, about } }) =>
        times > 0 &&
        (what ?? send.what) === send.what &&
        (to ?? send.to) === send.to &&
        (about ?? send.about) === send.about,
    )
    if (!step) return
    step.times -= 1
    await step.act()
  }
  const words = (what: Sent['what'], message: Message, to: Destination) => ({
    what,
    to: to.id,
    place: to.state ?? ('on' as const),
    ...(message.kind === 'approval'
      ? { about: message.view.id, status: message.view.status }
      : { about: message.event.id, status: message.event.type }),
  })

  return {
    sent,
    tried,
    async post(message, to) {
      const send = words('post', message, to)
      await act(send)
      posted += 1
      const handle = `message ${posted}`
      sent.push({ ...send, handle })
      return { handle, whole: true }
    },
    async redraw(handle, message, to) {
      const send = words('redraw', message, to)
      await act(send)
      sent.push({ ...send, handle })
      return { whole: true }
    },
    async tell(message, { accounts, emails }, to) {
      const send = words('tell', message, to)
      const [whom = ''] = [...accounts.map(({ tenant, userId }) => `${tenant}/${userId}`), ...emails]
      await act(send)
      sent.push({ ...send, handle: whom })
    },
    async digest({ events }, to) {
      const about = events.map(({ id }) => id).join()
      const send = {
        what: 'digest' as const,
        to: to.id,
        about,
        status: `${events.length} events`,
        place: to.state ?? ('on' as const),
      }
      await act(send)
      sent.push({ ...send, handle: '' })
      return {}
    },
    fail(error, which = {}, times = 1) {
      steps.push({
        which,
        times,
        act() {
          throw error
        },
      })
    },
    hang(which = {}) {
      const reached = Promise.withResolvers<void>()
      const released = Promise.withResolvers<Error | undefined>()
      steps.push({
        which,
        times: 1,
        async act() {
          reached.resolve()
          const error = await released.promise
          if (error) throw error
        },
      })
      return { reached: reached.promise, release: (error) => released.resolve(error) }
    },
    cards: (about) =>
      Object.fromEntries(
        sent.filter((send) => send.about === about).map(({ handle, status }) => [handle, status]),
      ),
  }
}
