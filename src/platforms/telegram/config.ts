// Declares a destination in Telegram: a bot and a chat that the bot is in.

import { z } from 'zod'

export interface TelegramConfig {
  bot_token: string
  /** A chat's number as text, negative for groups and channels, or a public channel's @name. */
  chat_id: string
  /** A topic of a forum. */
  message_thread_id?: number | undefined
}

const MISSING = 'Telegram channels require bot_token + chat_id'
const WRONG_TOKEN = 'a Telegram bot token looks like 123456789:ABC…; @BotFather shows it'
const WRONG_CHAT = 'a Telegram chat ID is a number such as -1001234567890, or a public channel’s @name'

const chatId = z
  .union([z.int().transform(String), z.string()], MISSING)
  .refine((id) => /^(-?[1-9]\d{0,18}|@[A-Za-z]\w{3,31})$/.test(id), WRONG_CHAT)

export const telegramConfig: z.ZodType<TelegramConfig> = z.strictObject({
  bot_token: z.string(MISSING).regex(/^\d{3,20}:[\w-]{20,100}$/, WRONG_TOKEN),
  chat_id: chatId,
  message_thread_id: z.int().positive().optional(),
})

/** A bot's number, which is not secret and stays when its token is renewed. */
export function botIdOf({ bot_token }: TelegramConfig): string {
  return bot_token.split(':')[0] as string
}

/** Telegram is stricter with these; a @name is always a channel's. */
export function isGroup({ chat_id }: TelegramConfig): boolean {
  return /^[-@]/.test(chat_id)
}
