// Tells a web page from what a machine answers: a proxy may answer for it, with a page on which to sign in.

import type { EgressAnswer } from '../kit/egress.ts'

export function isWebPage({ headers, text }: Pick<EgressAnswer, 'headers' | 'text'>): boolean {
  const isHtml = /^text\/html\b/i.test(headers['content-type'] ?? '')
  return isHtml && /<(!doctype|html|head|body)\b/i.test(text)
}
