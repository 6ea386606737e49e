// Reads a body that is kept as it came: a text in UTF-8, of one of the media types that an operation takes.

import express, { type Request, type Response } from 'express'
import { z } from 'zod'
import { BODY_LIMIT } from './json-body.ts'
import type { Found } from './result.ts'

/** `media_type`: as it was sent, in lower case and without parameters. */
export const sentText = z.object({ text: z.string(), media_type: z.string() })

/** Rejects with what `answerErrors` knows how to answer. The text is the bytes that were sent, a mark at its start too. */
export async function readTextBody(
  req: Request,
  res: Response,
  types: readonly string[],
): Promise<Found<z.infer<typeof sentText>>> {
  const readBody = express.raw({ type: [...types], limit: BODY_LIMIT, inflate: false })
  await new Promise<void>((resolve, reject) => {
    readBody(req, res, (error?: unknown) => (error ? reject(error) : resolve()))
  })
  if (!Buffer.isBuffer(req.body)) {
    const detail = `Send it with Content-Type: ${types.join(' or ')}`
    return { problem: { status: 415, code: 'unsupported_media_type', detail } }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(req.body)
    return { value: { text, media_type: mediaTypeOf(req) } }
  } catch {
    return { problem: { status: 400, code: 'malformed_body', detail: 'The body is not valid UTF-8' } }
  }
}

function mediaTypeOf(req: Request): string {
  return (req.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}
