// Defines by what a list of events is asked for.

import { z } from 'zod'
import { EVENT_TYPES, type EventType } from '../../events/catalogue.ts'
import { covers } from '../../events/filter.ts'
import { patternsOf } from '../../events/patterns.ts'
import { inAnyCase } from '../../kit/in-any-case.ts'
import { instant, level, pageQuery, text } from '../input.ts'

/** Events of approvals are read with their approval, an acknowledgement with its alert. */
const LISTED = (Object.keys(EVENT_TYPES) as EventType[]).filter((type) => !/^(approval|event)\./.test(type))

const types = text(100)
  .transform((word, context) => {
    const patterns = patternsOf(word) ?? []
    const found = LISTED.filter((type) => patterns.some((pattern) => covers(pattern, { type })))
    if (found.length > 0) return found
    const message = 'is not a type or category of events in this list; approvals are at /v1/approvals'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
  .describe('A type, or a category such as policy.*')

export const eventsQuery = z.strictObject({
  type: types.optional(),
  severity: level.optional(),
  agent: text(200).optional(),
  tool: text(200).optional(),
  acknowledged: inAnyCase(z.enum(['true', 'false']))
    .transform((word) => word === 'true')
    .optional(),
  created_from: instant.optional(),
  created_before: instant.optional(),
  include: inAnyCase(z.enum(['details'])).optional(),
  ...pageQuery('evt'),
})
