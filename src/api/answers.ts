// Defines what answers have in common: times, pages and problems.

import { z } from 'zod'

export const time = z.iso.datetime({ precision: 3 }).describe('UTC')

export const keySeen = z
  .object({ id: z.string(), name: z.string() })
  .meta({ id: 'KeyReference', description: 'The API key that asked or told, as it was named then' })

export const agentSeen = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Agent' })

/** Named after what is on it, which has a name. */
export function pageOf<T extends z.ZodType>(item: T) {
  const page = z.object({ data: z.array(item), next_cursor: z.string().nullable() })
  const name = z.globalRegistry.get(item)?.id
  return name === undefined ? page : page.meta({ id: `${name}Page` })
}

const mistake = z
  .object({
    path: z.string(),
    message: z.string(),
    rule: z.string().nullable().optional().describe('Of a policy: the name of the rule; null: of none'),
    line: z.int().nullable().optional().describe('Of a policy: from 1; null: of the whole'),
  })
  .meta({ id: 'Mistake' })

export const problem = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('One sentence for a person'),
    code: z.string().describe('Stable: switch on it'),
    errors: z.array(mistake).optional().describe('What is wrong with the input, each mistake by itself'),
    decided_by: z.string().optional().describe('Who decided first'),
    acknowledged_by: z.string().optional().describe('Who acknowledged first'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
