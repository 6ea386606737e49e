// Serves what all web pages share: fonts, colours, helpers that make elements, and limits on what a page may do.

import { fileURLToPath } from 'node:url'
import express, { type RequestHandler } from 'express'

const FILES = fileURLToPath(new URL('./page', import.meta.url))

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Nothing but our own files, nowhere to send to but here, and no copy on the way. */
export const strictHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  })
  next()
}

/** The files of a page's own folder, and the shared ones as if they stood in it. */
export function pageFiles(folder: string): RequestHandler[] {
  const options = { index: false, redirect: false, cacheControl: false } as const
  return [folder, FILES].map((root) => express.static(root, options))
}
