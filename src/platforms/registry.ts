// Which platforms are there? One line each.

import type { PlatformKind } from './platform.ts'
import type { SlackEnvironment } from './slack/config.ts'
import { slack } from './slack/slack.ts'
import type { TeamsEnvironment } from './teams/config.ts'
import { teams } from './teams/teams.ts'

export interface PlatformEnvironment {
  slack: SlackEnvironment
  /** undefined: no app in Teams. */
  teams: TeamsEnvironment | undefined
}

export function platformKinds(env: PlatformEnvironment): PlatformKind[] {
  // Each platform reads only destinations that its own schema let in.
  return [slack(env.slack), teams(env.teams)] as unknown as PlatformKind[]
}
