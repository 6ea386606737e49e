// Logs one line of JSON per event on standard output: ids, never contents or secrets.

import { type Logger, pino } from 'pino'

export type { Logger }

export function createLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime })
}
