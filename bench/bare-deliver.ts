// The bare baseline of deliveries: a loop for each address, which sends the same request again after each answer.

import { request } from 'undici'

interface Work {
  urls: string[]
  events: number
  headers: Record<string, string>
  body: string
}

async function loop(url: string, { events, headers, body }: Work): Promise<void> {
  for (let i = 0; i < events; i++) {
    const answer = await request(url, {
      method: 'POST',
      headers,
      body,
    })
    await answer.body.dump()
  }
}

process.on('message', async (work: Work) => {
  await Promise.all(work.urls.map((url) => loop(url, work)))
  process.send?.('done')
})
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
