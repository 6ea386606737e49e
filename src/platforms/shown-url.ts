// Shows where an address that is secret leads, without what often lets somebody in.

import { z } from 'zod'

/** In a config beside its secret `url`; what is given there does not count. */
export const urlShown = z
  .string()
  .optional()
  .describe('Origin and path of url, which is not shown itself; kept by the server, not to be given')

/** Neither user nor query. undefined: it is no address, which is not said here. */
export function shownUrl(url: string): string | undefined {
  const parsed = URL.parse(url)
  return parsed ? parsed.origin + parsed.pathname : undefined
}
