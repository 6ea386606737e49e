// Writes and reads where a card is in Slack: a channel and the message's timestamp, as one text.

export function handleOf(channelId: string, ts: string): string {
  return `${channelId}/${ts}`
}

export function placeOf(handle: string): { channel: string; ts: string } {
  const [channel = '', ts = ''] = handle.split('/')
  return { channel, ts }
}
