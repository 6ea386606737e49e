// Reads what an action of the page is sent with.

import express, { type RequestHandler } from 'express'
import { onlyJson } from './guard.ts'

/** Comes before what reads it. */
export const json: RequestHandler[] = [onlyJson, express.json({ limit: '64kb' })]

/** All of it words. */
export type Sent = Record<string, string>

export function words(body: Record<string, unknown> | undefined): Sent {
  return Object.fromEntries(Object.entries(body ?? {}).map(([name, value]) => [name, String(value)]))
}
