// Lists the platforms that there are, one line each.

import type { Clock } from '../kit/clock.ts'
import type { Egress } from '../kit/egress.ts'
import type { DiscordEnvironment } from './discord/config.ts'
import { discord } from './discord/discord.ts'
import { type PagerDutyEnvironment, pagerduty } from './pagerduty/pagerduty.ts'
import type { PlatformKind } from './platform.ts'
import { siem } from './siem/siem.ts'
import type { SlackEnvironment } from './slack/config.ts'
import { slack } from './slack/slack.ts'
import type { TeamsEnvironment, WorkflowsEnvironment } from './teams/config.ts'
import { teams } from './teams/teams.ts'
import { type TelegramEnvironment, telegram } from './telegram/telegram.ts'
import { webhook } from './webhook/webhook.ts'

export interface PlatformEnvironment {
  slack: SlackEnvironment
  /** undefined: no app in Teams. */
  teams: TeamsEnvironment | undefined
  /** Absent: webhooks of Workflows are at Power Automate alone. */
  workflows?: WorkflowsEnvironment
  discord: DiscordEnvironment
  telegram: TelegramEnvironment
  pagerduty: PagerDutyEnvironment
  egress: Egress
  clock: Clock
}

export function platformKinds(env: PlatformEnvironment): PlatformKind[] {
  const { egress, clock } = env
  // Each platform reads only destinations that its own schema let in.
  return [
    slack({ ...env.slack, egress }),
    teams(env.teams, { ...env.workflows, egress }),
    discord({ ...env.discord, egress }),
    telegram({ ...env.telegram, egress }),
    pagerduty({ ...env.pagerduty, egress }),
    webhook({ egress, clock }),
    siem({ egress, clock }),
  ] as unknown as PlatformKind[]
}
