// Shows that sealed secrets open only where they belong, and that their key is made once, for the owner alone.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyBesideDatabase } from '../../src/destinations/key-file.ts'
import { seal, unseal } from '../../src/kit/seal.ts'

const KEY = Buffer.alloc(32, 1)

describe('a sealed text', () => {
  test.each(['', 'xoxb-1', 'ä€😀\0', 'x'.repeat(100_000)])('opens to what it was', (text) => {
    expect(unseal(KEY, 'dst_1', seal(KEY, 'dst_1', text))).toBe(text)
  })

  test('does not show what it holds, and is never the same twice', () => {
    const [one, two] = [seal(KEY, 'dst_1', 'a secret'), seal(KEY, 'dst_1', 'a secret')]
    expect(one).not.toBe(two)
    expect(Buffer.from(one, 'base64').toString('latin1')).not.toContain('secret')
  })

  test('does not open with another key', () => {
    const sealed = seal(KEY, 'dst_1', 'a secret')
    expect(() => unseal(Buffer.alloc(32, 2), 'dst_1', sealed)).toThrow()
  })

  test('does not open in another place', () => {
    const sealed = seal(KEY, 'dst_1', 'a secret')
    expect(() => unseal(KEY, 'dst_2', sealed)).toThrow()
    expect(() => unseal(KEY, '', sealed)).toThrow()
  })

  test('does not open when any of its bytes was changed', () => {
    const sealed = Buffer.from(seal(KEY, 'dst_1', 'a secret'), 'base64')
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => unseal(KEY, 'dst_1', changed.toString('base64'))).toThrow()
    }
  })

  test('does not open when it was cut or made longer', () => {
    const sealed = Buffer.from(seal(KEY, 'dst_1', 'a secret'), 'base64')
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => unseal(KEY, 'dst_1', sealed.subarray(0, length).toString('base64'))).toThrow()
    }
    const longer = Buffer.concat([sealed, Buffer.alloc(1)])
    expect(() => unseal(KEY, 'dst_1', longer.toString('base64'))).toThrow()
  })
})

describe('the key beside the database', () => {
  let folder: string
  let database: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-key-'))
    database = join(folder, 'test.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('is made once, has 32 random bytes, and only its owner reads it', () => {
    const key = keyBesideDatabase(database)
    expect(key).toHaveLength(32)
    expect(statSync(`${database}.key`).mode & 0o777).toBe(0o600)
    expect(keyBesideDatabase(database)).toEqual(key)
    expect(keyBesideDatabase(join(folder, 'other.db'))).not.toEqual(key)
    expect(readdirSync(folder).sort()).toEqual(['other.db.key', 'test.db.key'])
  })

  test('may be written by hand, with a line break at its end', () => {
    writeFileSync(`${database}.key`, `${KEY.toString('base64')}\n`)
    expect(keyBesideDatabase(database)).toEqual(KEY)
  })

  test.each(['', 'too short', Buffer.alloc(33).toString('base64')])('is refused when it holds %j', (text) => {
    writeFileSync(`${database}.key`, text)
    expect(() => keyBesideDatabase(database)).toThrow(`${database}.key must hold 32 bytes in base64`)
    expect(readFileSync(`${database}.key`, 'utf8')).toBe(text)
  })

  test('is the same for processes that start at the same moment', async () => {
    const racer = fileURLToPath(new URL('../fakes/key-racer.ts', import.meta.url))
    const racers = Array.from({ length: 3 }, () => fork(racer, [folder]))
    await Promise.all(racers.map((racer) => once(racer, 'message')))
    const answers = racers.map((racer) => once(racer, 'message'))
    for (const racer of racers) racer.send('go')
    const [first, ...others] = await Promise.all(answers)
    expect(first?.[0]).toHaveLength(200)
    for (const [keys] of others) expect(keys).toEqual(first?.[0])
    expect(readdirSync(folder)).toHaveLength(200)
  })
})
