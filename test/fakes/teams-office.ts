// Starts a product whose app is in a team of Teams, with people who press there and what they see.

import { afterAll, beforeAll } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import type { Message } from '../../src/sandbox/teams/messages.ts'
import type { BotAnswer } from '../../src/sandbox/teams/post-activity.ts'
import type { TeamsStandIn } from '../../src/sandbox/teams-stand-in.ts'
import { eventually, type Running, type StartOptions, startCountersign } from './countersign.ts'
import type { databases } from './databases.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { remembered } from './peek.ts'

export const TEAMS_PATHS = ['/v1/webhooks/teams/interactions', '/api/messages']

export type Json = Record<string, unknown>

export interface Press {
  approval: ApprovalView
  /** Ana unless said otherwise. */
  by?: 'ana' | 'ben' | 'guest' | 'outsider'
  /** What the button says; one that is critical asks once more. */
  verdict?: Decision | Turn
  /** What is written beside the button. */
  note?: string
  how?: 'execute' | 'submit'
  clickId?: string
  /** Where the card stands: the team's channel unless said otherwise. */
  conversationId?: string
}

type Decision = `${'Approve' | 'Yes, approve' | 'Deny'}${'' | ' with note'}`
/** What only shows something else to who presses. */
type Turn = 'View details' | 'Next page' | 'Previous page' | 'Back to the card'

export interface TeamsOffice {
  readonly clock: ManualClock
  /** From the first hook on. */
  readonly running: Running
  readonly teams: TeamsStandIn
  readonly databaseUrl: string
  /** The channel of the team's destination. */
  readonly channel: string
  /** Resolves once its card stands there, and the product remembers it. */
  ask(wanted?: Json): Promise<ApprovalView>
  cardOf(approval: { id: string }, conversationId?: string): Promise<Message>
  press(press: Press): Promise<BotAnswer>
  /** What that press would send; whatever is in `differences` stands instead. */
  activityOf(press: Press, differences?: Json): Promise<Json>
  read(approval: ApprovalView): Promise<ApprovalView>
  /** What the bot said in words, in that conversation. */
  told(conversationId?: string): string[]
}

/** To be called inside `describe`. */
export function teamsOffice(
  create: (typeof databases)[number]['create'],
  wanted: Pick<StartOptions, 'testMs'> = {},
): TeamsOffice {
  const clock = manualClock()
  let database: Awaited<ReturnType<typeof create>> | undefined
  let running: Running | undefined

  beforeAll(async () => {
    database = await create()
    running = await startCountersign({ databaseUrl: database.url, clock, teams: true, ...wanted })
    await running.teamsDestination()
  })
  afterAll(async () => {
    await running?.stop()
    await database?.drop()
  })

  const office: TeamsOffice = {
    clock,
    get running() {
      if (!running) throw new Error('the server has not started')
      return running
    },
    get teams() {
      return office.running.teams
    },
    get databaseUrl() {
      if (!database) throw new Error('there is no database yet')
      return database.url
    },
    get channel() {
      return office.teams.workspace.places.approvals
    },
    async ask(wanted = {}) {
      const { body } = await office.running.ask(wanted)
      await office.cardOf(body)
      await remembered(office.databaseUrl, body.id, office.channel)
      return body
    },
    cardOf: ({ id }, conversationId = office.channel) =>
      eventually(() =>
        office.teams.messages(conversationId).find(({ card }) => JSON.stringify(card)?.includes(id)),
      ),
    press: async (press) => office.teams.click(await clickOf(press)),
    activityOf: async (press, differences = {}) => ({
      ...office.teams.clickActivity(await clickOf(press)),
      ...differences,
    }),
    read: async ({ id }) => (await office.running.call<ApprovalView>('GET', `/v1/approvals/${id}`)).body,
    told: (conversationId = office.channel) =>
      office.teams.messages(conversationId).flatMap(({ text }) => (text ? [text] : [])),
  }

  async function clickOf(press: Press) {
    const { approval, by = 'ana', verdict = 'Approve', how = 'execute', clickId, note } = press
    const { conversationId = office.channel } = press
    const { id: activityId } = await office.cardOf(approval, conversationId)
    const userId = office.teams.workspace.people[by].id
    const more = {
      ...(clickId !== undefined && { clickId }),
      ...(note !== undefined && { inputs: { note } }),
    }
    return { conversationId, activityId, userId, title: verdict, how, ...more }
  }
  return office
}

/** What the product answered to a click: the words, or the card as text. */
export function shown({ body }: BotAnswer): string {
  const { value } = (body ?? {}) as { value?: unknown }
  return typeof value === 'string' ? value : JSON.stringify(value ?? body)
}

/** Everything of Teams' that was remembered or recorded; equal before and after means that nothing was. */
export const STATE_OF_TEAMS = `select key, value from platform_state where platform = 'teams' order by key`
