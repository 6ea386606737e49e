// Writes and reads where a message is in Telegram: a chat and the message's number in it, as one text.

export function handleOf(chatId: number, messageId: number): string {
  return `${chatId}/${messageId}`
}

export function placeOf(handle: string): { chat_id: number; message_id: number } {
  const [chatId, messageId] = handle.split('/')
  return { chat_id: Number(chatId), message_id: Number(messageId) }
}
