// Makes and checks ids: a prefix that names the kind of thing, and a UUIDv7 in base 32 that sorts by time.

import { typeidUnboxed } from 'typeid-js'

export type IdPrefix =
  | 'apr'
  | 'att'
  | 'aud'
  | 'dec'
  | 'dlv'
  | 'dst'
  | 'evt'
  | 'grp'
  | 'key'
  | 'lease'
  | 'per'
  | 'press'
  | 'rdm'

/** A new id, for example `apr_01k…`. Ids made by one process sort in the order they were made. */
export function newId(prefix: IdPrefix): string {
  return typeidUnboxed(prefix)
}

/** Whether somebody's text can be an id at all; PostgreSQL does not even look up some that cannot. */
export function isId(text: string, prefix: IdPrefix): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-7][0-9a-z]{25}$/.test(text.slice(prefix.length + 1))
}
