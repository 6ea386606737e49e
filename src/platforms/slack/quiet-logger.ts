// Where do Slack's libraries log? Nowhere: what goes wrong is logged once, by us, with ids and without contents.

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
