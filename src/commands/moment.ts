// Writes a moment as people say it: when it is, and how far from now.

import { span } from './span.ts'

/** `2026-11-20T12:12:00Z, in 12 min` */
export function momentInWords(iso: string, now: number): string {
  const ms = Date.parse(iso) - now
  return `${secondsOf(iso)}, ${ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`}`
}

export function secondsOf(iso: string): string {
  return `${iso.slice(0, 19)}Z`
}
