// Handles a click in Slack that decides or acknowledges: names card and clicker, and answers at once.

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
} from '@slack/bolt'
import type { Decide } from '../../approvals/desk.ts'
import type { Outcome } from '../../approvals/refusals.ts'
import type { PlatformPorts } from '../platform.ts'
import type { SlackConfig } from './config.ts'
import { outcomeOf, tell } from './press-outcome.ts'
import { type LocatePress, type Presser, spotOf } from './presses.ts'

const VERDICTS: Record<string, Decide['verdict']> = {
  approve_action: 'approve',
  platform_approve: 'approve',
  deny_action: 'deny',
  platform_deny: 'deny',
}

type Click = SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & Pick<AllMiddlewareArgs, 'context'>

export function listenToClicks(
  app: App,
  { desk, acknowledge, log }: Pick<PlatformPorts<SlackConfig>, 'desk' | 'acknowledge' | 'log'>,
  locate: LocatePress,
): void {
  // A link button is followed by Slack itself; it only wants to hear that we noticed.
  app.action(/^(platform_)?view_console$/, ({ ack }) => ack())

  app.action<BlockAction<ButtonAction>>(/^(approve|deny)_action$|^platform_(approve|deny)$/, (click) =>
    answer(click, ({ body, action }, presser) =>
      desk.decide({
        approvalId: action.value ?? '',
        verdict: VERDICTS[action.action_id] as Decide['verdict'],
        interactionId: body.trigger_id,
        ...presser,
      }),
    ),
  )

  app.action<BlockAction<ButtonAction>>('acknowledge_alert', (click) =>
    answer(click, ({ action }, presser) => acknowledge({ eventId: action.value ?? '', ...presser })),
  )

  async function answer(
    click: Click,
    press: (click: Click, presser: Presser) => Promise<Outcome<unknown>>,
  ): Promise<void> {
    const { ack, body, context, respond } = click
    const outcome = await outcomeOf(async () => {
      const located = await locate(body, context.signedBy as string[], spotOf(body))
      return press(click, await located.who())
    }, log)
    await ack()
    if (!outcome.ok) await tell(outcome.refusal, respond, log)
  }
}
