// Asks the server to send a test to a destination at once, and prints whether it arrived.

import { post } from './api-client.ts'

/** Prints how it went. Throws a StartError with what the server or the provider said when it did not arrive. */
export async function testDestination(
  id: string,
  { event, message }: { event?: string; message?: string },
): Promise<void> {
  const path = `/v1/settings/notifications/${encodeURIComponent(id)}/test`
  const sent = await post(path, { ...(event && { event }), ...(message && { message }) })
  console.log(`It arrived: ${sent.type ?? 'a card to press'} (${sent.url})`)
  if (typeof sent.notice === 'string') console.log(sent.notice)
}
