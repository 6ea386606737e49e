// Plays the Bot Connector: answers the operations that the product calls, with Teams' own refusals.

import express, { type ErrorRequestHandler, type Request, type Router } from 'express'
import type { Answer, Faults } from '../faults.ts'
import { readActivity, TOO_BIG } from './activity-rules.ts'
import { openChat } from './direct-chats.ts'
import { refused, type TeamsFault, type TeamsMethod } from './faults.ts'
import type { Account, JsonObject, Message, MessageLog, Place } from './messages.ts'
import { isThread, type Places } from './places.ts'
import { type Person, TEAM, TENANT_ID } from './workspace.ts'

export interface ConnectorOptions {
  bot: Account
  log: MessageLog
  places: Places
  faults: Faults<TeamsFault>
  isAuthorised: (token: string) => boolean
  record: (method: TeamsMethod, params: JsonObject, body?: unknown) => void
}

export function createConnector(options: ConnectorOptions): Router {
  const { bot, log, places, faults, isAuthorised, record } = options

  /** The conversation that is meant, or why the bot may not reach it. */
  function placeOf(id: string): Place | Answer {
    const conversation = places.find(id)
    const isMissing = !conversation || (isThread(id) && log.list(id).length === 0)
    if (isMissing) return refused(404, 'ConversationNotFound', 'Conversation not found.')
    return places.isInstalled(conversation) ? { conversation, id } : NOT_IN_ROSTER
  }

  function messageAt(place: Place, messageId: string): Message | Answer {
    const message = log.find(place.id, messageId)
    if (!message) return refused(404, 'ActivityNotFoundInConversation', 'Conversation not found.')
    if (message.from.id === bot.id) return message
    return refused(403, 'NotEnoughPermissions', 'The message is not of this bot.')
  }

  function post(place: Place, body: unknown): Answer {
    const read = readActivity(body)
    if ('refused' in read) return read.refused
    const id = read.content ? log.post(place, bot, read.content).id : log.nextId()
    return { status: 201, body: { id } }
  }

  const operations = {
    send: (place, { body }) => post(place, body),
    reply(place, { body, params }) {
      // Events and clicks have ids that name no message: Teams then posts into the conversation.
      const target = log.find(place.id, String(params.activityId))
      return post(target ? { ...place, id: target.conversationId } : place, body)
    },
    update(place, { body, params }) {
      const read = readActivity(body)
      if ('refused' in read) return read.refused
      const message = messageAt(place, String(params.activityId))
      if ('status' in message) return message
      if (read.content) log.update(message, read.content)
      return { status: 200, body: { id: message.id } }
    },
    delete(place, { params }) {
      const message = messageAt(place, String(params.activityId))
      if ('status' in message) return message
      log.remove(message)
      return { status: 200, body: undefined }
    },
    member({ conversation }, { params }) {
      const isMeant = ({ id, aadObjectId }: Person) => id === params.userId || aadObjectId === params.userId
      const person = places.roster(conversation).find(isMeant)
      if (!person) return refused(404, 'MemberNotFoundInConversation', 'Member not found in conversation.')
      return { status: 200, body: account(person) }
    },
    members: ({ conversation }) => ({
      status: 200,
      body: { members: places.roster(conversation).map(account) },
    }),
    team: ({ conversation }) => ({ status: 200, body: teamDetails(places, places.roster(conversation)) }),
    channels: () => ({ status: 200, body: { conversations: channelList(places) } }),
  } satisfies Record<string, (place: Place, req: Request) => Answer>

  const on = (method: keyof typeof operations) => (req: Request, res: express.Response) => {
    const { teamId, ...params } = req.params
    record(method, req.params, req.body)
    return faults.answer(method, req, res, () => {
      const [, token = ''] = /^Bearer (.+)$/.exec(req.get('authorization') ?? '') ?? []
      if (!isAuthorised(token)) return UNAUTHORISED
      if (teamId !== undefined && teamId !== TEAM.id)
        return refused(404, 'ConversationNotFound', 'Team not found.')
      const place = placeOf(String(teamId ?? params.id))
      return 'status' in place ? place : operations[method](place, req)
    })
  }

  const router = express.Router()
  router.use(express.json({ limit: '1mb' }))
  router.post('/v3/conversations', (req, res) => {
    record('create', req.params, req.body)
    return faults.answer('create', req, res, () => {
      const [, token = ''] = /^Bearer (.+)$/.exec(req.get('authorization') ?? '') ?? []
      return isAuthorised(token) ? openChat(req.body, options) : UNAUTHORISED
    })
  })
  router.post('/v3/conversations/:id/activities', on('send'))
  router
    .route('/v3/conversations/:id/activities/:activityId')
    .post(on('reply'))
    .put(on('update'))
    .delete(on('delete'))
  router.get('/v3/conversations/:id/members/:userId', on('member'))
  router.get('/v3/conversations/:id/pagedmembers', on('members'))
  router.get('/v3/teams/:teamId', on('team'))
  router.get('/v3/teams/:teamId/conversations', on('channels'))
  router.use(unreadable)
  return router
}

const NOT_IN_ROSTER = refused(
  403,
  'BotNotInConversationRoster',
  'The bot is not part of the conversation roster.',
)
const UNAUTHORISED: Answer = {
  status: 401,
  body: { message: 'Authorization has been denied for this request.' },
}

const unreadable: ErrorRequestHandler = (error, _req, res, _next) => {
  const { status, body } =
    error.status === 413 ? TOO_BIG : refused(400, 'BadSyntax', 'The request body could not be read.')
  res.status(status).json(body)
}

function account(person: Person): JsonObject {
  return { ...person, objectId: person.aadObjectId }
}

function teamDetails(places: Places, members: readonly Person[]): JsonObject {
  const counts = { channelCount: places.channels().length, memberCount: members.length }
  return { ...TEAM, type: 'standard', tenantId: TENANT_ID, ...counts }
}

/** The General channel comes without a name, since each client has its own word for it. */
function channelList(places: Places): JsonObject[] {
  return places
    .channels()
    .map(({ id, name }) => ({ id, name: id === TEAM.id ? null : name, type: 'standard' }))
}
