// Finds what Telegram links by itself in plain text, but not in code: addresses, names, tags and commands.

import type { Entity, Formatted } from './html.ts'

const FOUND: [type: string, looks: RegExp][] = [
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
  ['url', /(?:https?|tg|ton):\/\/[^\s]+|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}(?![\w.])(?:[/:?#][^\s]*)?/gi],
  ['mention', /(?<![\w@])@[a-z]\w{3,31}/gi],
  ['hashtag', /(?<![\w#])#\w*[\p{L}_]\w*/gu],
  ['cashtag', /(?<![\w$])\$[A-Z]{1,8}(?!\w)/g],
  ['bot_command', /(?<![\w/<>])\/[a-z0-9_]{1,64}(?!\w)/gi],
]

/** Where two of them overlap, the first counts. */
export function foundIn({ text, entities }: Formatted): Entity[] {
  let plain = text
  const blank = ({ offset, length }: Entity) => {
    plain = plain.slice(0, offset) + ' '.repeat(length) + plain.slice(offset + length)
  }
  for (const entity of entities) if (/^(code|pre|text_link)$/.test(entity.type)) blank(entity)
  return FOUND.flatMap(([type, looks]) => {
    const found = [...plain.matchAll(looks)].map(({ index, 0: { length } }) => ({
      type,
      offset: index,
      length,
    }))
    found.forEach(blank)
    return found
  })
}
