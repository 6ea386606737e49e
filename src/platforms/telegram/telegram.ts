// Posts to a Telegram chat through a bot; nothing in the chat decides anything.

import {
  Failed,
  type Pace,
  type Platform,
  type PlatformKind,
  type Posted,
  SendError,
  Undeliverable,
} from '../platform.ts'
import type { Outgoing } from '../reach.ts'
import { LINKS, posting, redrawing } from '../render-options.ts'
import { type CallTelegram, Moved, telegramApi } from './api.ts'
import { cardOf } from './card.ts'
import { botIdOf, isGroup, type TelegramConfig, telegramConfig } from './config.ts'
import { digestMessage } from './digest-message.ts'
import { handleOf, placeOf } from './handle.ts'
import type { TelegramMessage } from './message.ts'

export interface TelegramEnvironment {
  /** Without a trailing slash: `https://api.telegram.org`, a Bot API server of one's own, or a stand-in. */
  apiUrl: string
}

/** A tenth below 30/s for a bot, 1/s in a chat and 20/min in a group; https://core.telegram.org/bots/faq */
const BOT_PER_SECOND = 27
const CHAT_PER_SECOND = 0.9
const GROUP_PER_SECOND = 0.3

export function telegram(env: TelegramEnvironment & Outgoing): PlatformKind<TelegramConfig> {
  return {
    name: 'telegram',
    config: telegramConfig,
    secrets: ['bot_token'],
    retryPolicy: 'prompt',
    audience: 'people',
    keepsExcerpts: true,
    host: () => URL.parse(env.apiUrl)?.host,
    pace: paces,
    create: () => createTelegram(telegramApi(env, env.apiUrl)),
  }
}

function paces(config: TelegramConfig): Pace[] {
  const bot = `telegram:${botIdOf(config)}`
  const perSecond = isGroup(config) ? GROUP_PER_SECOND : CHAT_PER_SECOND
  return [
    { bucket: bot, perSecond: BOT_PER_SECOND },
    { bucket: `${bot}:${config.chat_id}`, perSecond },
  ]
}

function createTelegram(call: CallTelegram): Platform<TelegramConfig> {
  async function send(content: TelegramMessage, config: TelegramConfig): Promise<Posted> {
    const { bot_token, chat_id, message_thread_id } = config
    const { chat, message_id } = await call(bot_token, 'sendMessage', {
      chat_id,
      message_thread_id,
      ...content,
    })
    const chatId = (chat as { id?: unknown } | undefined)?.id
    if (!Number.isSafeInteger(chatId) || !Number.isSafeInteger(message_id)) {
      throw new Failed('unexpected_answer')
    }
    return { handle: handleOf(chatId as number, message_id as number) }
  }

  /** Also where it has moved. */
  async function sendThere(content: TelegramMessage, config: TelegramConfig): Promise<Posted> {
    try {
      return await send(content, config)
    } catch (error) {
      if (!(error instanceof Moved)) throw error
      const moved = { chat_id: error.chatId }
      return { ...(await send(content, { ...config, ...moved })), moved }
    }
  }

  return {
    async check({ bot_token, chat_id }) {
      try {
        await call(bot_token, 'getChat', { chat_id })
      } catch (error) {
        if (!(error instanceof SendError)) throw error
        if (error instanceof Undeliverable && error.what === 'destination') return refusalOf(error.code)
      }
      return undefined
    },

    post: (message, to) => sendThere(cardOf(message, posting(message, to, LINKS)), to.config),

    digest: (digest, to) => sendThere(digestMessage(digest, posting(digest, to, LINKS)), to.config),

    async redraw(handle, message, to) {
      const args = { ...placeOf(handle), ...cardOf(message, redrawing(to, LINKS)) }
      try {
        await call(to.config.bot_token, 'editMessageText', args)
        return {}
      } catch (error) {
        // What stood in the group before it moved can no longer be edited.
        throw error instanceof Moved ? new Undeliverable('message', error.code) : error
      }
    },
  }
}

function refusalOf(code: string): string {
  return code === 'unauthorized'
    ? 'Telegram does not know this bot (unauthorized): copy bot_token from @BotFather again'
    : `Telegram does not let the bot into this chat (${code}): check chat_id, and add the bot there`
}
