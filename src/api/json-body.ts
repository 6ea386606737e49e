// Reads the JSON body of a request, or says what is wrong with its bytes.

import express, { type Request, type Response } from 'express'
import { JsonError, parseStrictJson } from '../kit/strict-json.ts'
import type { Found } from './result.ts'

export const BODY_LIMIT = '256kb'
const NO_JSON = 'Send a JSON object with Content-Type: application/json'

const readBody = express.raw({ type: 'application/json', limit: BODY_LIMIT, inflate: false })

/** Rejects with what `answerErrors` knows how to answer. `isOptional`: nothing at all counts as `{}`. */
export async function readJsonBody(req: Request, res: Response, isOptional = false): Promise<Found<unknown>> {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length']) > 0
  if (isOptional && !hasBody) return { value: {} }
  await new Promise<void>((resolve, reject) => {
    readBody(req, res, (error?: unknown) => (error ? reject(error) : resolve()))
  })
  if (!Buffer.isBuffer(req.body)) {
    return { problem: { status: 415, code: 'unsupported_media_type', detail: NO_JSON } }
  }
  try {
    return { value: parseStrictJson(req.body) }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return { problem: { status: 400, code: error.code, detail: error.message } }
  }
}
