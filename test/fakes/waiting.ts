// Waits in a test until so many agents wait for an approval, as the server counts them.

import { ADMIN_KEY } from './countersign.ts'
import { eventually } from './eventually.ts'

export async function areWaiting(url: string, count: number): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  await eventually(async () => {
    const text = await (await fetch(`${url}/metrics`, { headers })).text()
    return text.includes(`\ncountersign_waiting_calls ${count}\n`)
  })
}
