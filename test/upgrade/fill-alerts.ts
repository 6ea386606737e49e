// Tells of alerts for a fixture, and acknowledges some of them.

import { ANA } from '../fakes/slack-requests.ts'
import { SECOND_CHANNEL } from './fill-settings.ts'
import type { FixtureRecord } from './fixture.ts'
import { AGENT } from './requests.ts'
import type { Surroundings } from './surroundings.ts'

export async function tellAndAcknowledge(
  around: Surroundings,
  keys: FixtureRecord['keys'],
): Promise<FixtureRecord['alerts']> {
  const { call, running, settle, telegram } = around
  const tell = async (event: Record<string, unknown>) => {
    const { data } = await call<{ data: { id: string }[] }>('POST', '/v1/events', event, { key: keys.agent })
    await settle()
    return String(data[0]?.id)
  }

  const acknowledgedInSlack = await tell({
    type: 'policy.violation',
    agent: AGENT,
    tool: 'mail.send',
    summary: 'Eine Adresse wäre fast nach außen gegangen',
    action: 'blocked',
    environment: 'production',
    data: { policy_name: 'no-pii-in-mail' },
  })
  const acknowledgedByKey = await tell({ type: 'budget.warning', agent: AGENT, data: { used: '480.00' } })
  telegram.failNext({ method: 'sendMessage', status: 400, description: 'Bad Request: message is too long' })
  const deadInTelegram = await tell({ type: 'incident', agent: AGENT, severity: 'high' })
  const open = await tell({ type: 'jailbreak.detected' })

  const card = running.slack
    .messages(SECOND_CHANNEL)
    .find((one) => JSON.stringify(one).includes(acknowledgedInSlack))
  await running.slack.click({
    channel: SECOND_CHANNEL,
    ts: String(card?.ts),
    actionId: 'acknowledge_alert',
    userId: ANA,
  })
  await settle()
  await call('POST', `/v1/events/${acknowledgedByKey}/acknowledge`, undefined, { key: keys.cleo })
  await settle()
  return { acknowledgedInSlack, acknowledgedByKey, deadInTelegram, open }
}
