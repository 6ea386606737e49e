// Defines what answers have in common: times, pages and problems.

import { z } from 'zod'

export const time = z.iso.datetime({ precision: 3 }).describe('UTC')

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next_cursor: z.string().nullable() })
}

export const problem = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('One sentence for a person'),
    code: z.string().describe('Stable: switch on it'),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    decided_by: z.string().optional().describe('Who decided first'),
    acknowledged_by: z.string().optional().describe('Who acknowledged first'),
  })
  .describe('RFC 9457 problem details')
