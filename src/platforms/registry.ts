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
  timeouts: SendTimeouts
  clock: Clock
}

/** So long one request may take, all of it: some machines think longer. */
export interface SendTimeouts {
  peopleMs: number
  machinesMs: number
}

export function platformKinds(env: PlatformEnvironment): PlatformKind[] {
  const { egress, timeouts, clock } = env
  const toPeople = { egress, timeoutMs: timeouts.peopleMs }
  const toMachines = { egress, timeoutMs: timeouts.machinesMs }
  // Each platform reads only destinations that its own schema let in.
  return [
    slack({ ...env.slack, ...toPeople }),
    teams(env.teams, { ...env.workflows, ...toPeople }),
    discord({ ...env.discord, ...toPeople }),
    telegram({ ...env.telegram, ...toPeople }),
    pagerduty({ ...env.pagerduty, ...toPeople }),
    webhook({ ...toMachines, clock }),
    siem({ ...toMachines, clock }),
  ] as unknown as PlatformKind[]
}
