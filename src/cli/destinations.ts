// Asks the server to send a test to a destination at once, and prints whether it arrived.

import { atServer } from './server.ts'

/** Prints how it went. Throws a StartError with what the server or the provider said when it did not arrive. */
export async function testDestination(
  id: string,
  { event, message }: { event?: string; message?: string },
): Promise<void> {
  const body = { ...(event && { event }), ...(message && { message }) }
  const { body: sent } = await atServer((client) => client.testDestination({ path: { id }, body }))
  console.log(`It arrived: ${'type' in sent ? sent.type : 'a card to press'} (${sent.url})`)
  if ('notice' in sent && sent.notice) console.log(sent.notice)
}
