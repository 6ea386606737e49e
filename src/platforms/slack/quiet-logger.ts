// Silences the logs of Slack's libraries: we log what goes wrong once, with ids and without contents.

import { type Logger, LogLevel } from '@slack/web-api'

export const quietLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
}
