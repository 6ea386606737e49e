// Writes and reads where a card is in Teams: a conversation and the message's id, as one text.

/** A reply in a channel names its thread too; the channel is what a destination names. */
export function conversationOf(id: string): string {
  return id.split(';')[0] as string
}

export function handleOf(conversationId: string, messageId: string): string {
  return `${conversationId}/${messageId}`
}

export function placeOf(handle: string): { conversationId: string; messageId: string } {
  const end = handle.lastIndexOf('/')
  return { conversationId: handle.slice(0, end), messageId: handle.slice(end + 1) }
}
