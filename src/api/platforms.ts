// Lists the paths that the platforms serve in front of the API, for the OpenAPI document.

import { OUTAGE_CODES } from '../kit/outage.ts'
import type { PlatformKind } from '../platforms/platform.ts'
import type { Operation } from './operation.ts'

export function platformOperations(kinds: PlatformKind[]): Operation[] {
  return kinds.flatMap(({ name, inbound = [] }) =>
    inbound.map(({ id, path, summary, problems }) => ({
      id,
      tag: 'Platforms' as const,
      method: 'post' as const,
      path,
      summary: `${summary}; called by ${name} alone, signed its way`,
      answers: { 200: { says: 'Taken, in the words of the platform' } },
      problems: {
        ...problems,
        400: ['malformed_payload', 'malformed_body'],
        413: ['payload_too_large'],
        415: ['unsupported_media_type'],
        503: [...(problems[503] ?? []), ...OUTAGE_CODES],
      },
    })),
  )
}
