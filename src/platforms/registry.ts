// Which platforms are there? One line each.

import type { PlatformKind } from './platform.ts'
import type { SlackEnvironment } from './slack/config.ts'
import { slack } from './slack/slack.ts'

export interface PlatformEnvironment {
  slack: SlackEnvironment
}

export function platformKinds(env: PlatformEnvironment): PlatformKind[] {
  // Each platform reads only destinations that its own schema let in.
  return [slack(env.slack)] as unknown as PlatformKind[]
}
