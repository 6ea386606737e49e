// Shows how the page of an approval treats wrong keys, strangers, mere readers and the text of hostile agents.

import SqliteHandle from 'better-sqlite3'
import { expect } from 'vitest'
import { revealed } from '../../src/platforms/content/text.ts'
import { eventually } from '../fakes/countersign.ts'
import { recorded, select } from '../fakes/peek.ts'
import { ask, cardOf, decisionButtons, enter, status, test } from './approval-page-fixtures.ts'
import { shows } from './tab.ts'

test('an auditor reads the same and has no buttons', async ({ product, visit }) => {
  const asked = await ask(product)
  const page = await visit(asked, await product.key({ roles: ['auditor'] }))
  await shows(page.locator('main'), 'This key may read and not decide')
  await page.getByTestId('arguments').waitFor()
  expect(await decisionButtons(page).count()).toBe(0)
})

test('a wrong key is told so and not kept; the right one then opens it', async ({
  product,
  visit,
  anasKey,
}) => {
  const page = await visit(await ask(product), 'csk_wrong')
  await shows(page.getByTestId('refusal'), 'This API key is not known here')
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await enter(page, 'two words')
  await shows(page.getByTestId('refusal'), 'That is not an API key')
  await enter(page, anasKey)
  await shows(status(page), 'Waiting for a decision')
})

test('names that the browser misreads are not shown as others: the page says so instead', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product, {
    action: { tool: 'x', arguments: { p: { u: 0, '\\': 1 }, q: { u: 0, '"': 2 } } },
  })
  const page = await visit(asked, anasKey)
  const shown = page.getByTestId('refusal').or(page.getByTestId('arguments'))
  await shows(shown, /This browser misreads a name in it|"\\"": 2/)
})

test('what does not exist, or is another agent’s, is not found', async ({ product, visit, anasKey }) => {
  const page = await visit({ id: 'apr_00000000000000000000000000' }, anasKey)
  await shows(page.getByTestId('refusal'), 'There is no such approval')
  const stranger = await visit(await ask(product), await product.key({ roles: ['agent'] }))
  await shows(stranger.getByTestId('refusal'), 'There is no such approval')
})

test('the key is in this tab only, and gone when forgotten or revoked', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  const page = await visit(asked, anasKey)
  await page.getByTestId('approve').waitFor()
  expect(page.url()).toBe(`${product.url}/approvals/${asked.id}`)
  expect(await page.evaluate('localStorage.length')).toBe(0)
  expect(await page.context().cookies()).toEqual([])
  expect(await page.evaluate('sessionStorage.length')).toBe(1)

  await page.reload()
  await page.getByTestId('approve').waitFor()
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.getByTestId('key').waitFor()

  await page.getByRole('button', { name: 'Forget this key' }).click()
  await page.getByTestId('key').waitFor()
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await page.reload()
  await enter(page, anasKey)
  await page.getByTestId('approve').waitFor()
  const { body } = await product.call<{ data: { id: string; name: string; person_id: string | null }[] }>(
    'GET',
    '/v1/api-keys',
  )
  const id = body.data.find(({ person_id }) => person_id !== null)?.id
  await product.call('DELETE', `/v1/api-keys/${id}`)
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('refusal'), 'This API key is not known here')
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
})

test('looking leaves no trace but that a reviewer has seen it, which no GET does', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  await cardOf(product, asked)
  const before = await recorded(product.config.databaseUrl)
  for (const method of ['GET', 'HEAD', 'OPTIONS'])
    await fetch(`${product.url}/approvals/${asked.id}`, { method })
  const auditor = await product.key({ roles: ['auditor'] })
  await product.call('GET', `/v1/approvals/${asked.id}`, { key: anasKey })
  await (await visit(asked, auditor)).getByTestId('arguments').waitFor()
  const traces = async () => {
    const known = new Set(before.map(({ what, id }) => `${what} ${id}`))
    const now = await recorded(product.config.databaseUrl)
    return now.filter(({ what, id }) => !known.has(`${what} ${id}`)).map(({ what }) => what)
  }
  // The key itself.
  expect(await traces()).toEqual(['audit'])
  await visit(asked, anasKey)
  await eventually(async () => (await traces()).length > 1)
  const [last] = await select(product.config.databaseUrl, 'select action from audit order by id desc limit 1')
  expect([await traces(), last?.action]).toEqual([['audit', 'audit'], 'approval.seen'])
})

test('the page may load only its own files, and no copy of it is kept', async ({ product }) => {
  for (const path of ['/approvals/apr_x', '/console/page.js', '/console/base.css']) {
    const { status, headers } = await fetch(product.url + path)
    expect(status, path).toBe(200)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('strict-transport-security')).toContain('max-age')
  }
})

test('markup and hidden characters of a hostile agent are text', async ({ product, visit, anasKey }) => {
  const script = '<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>'
  const poison = `${script} [x](https://evil.example) \u202elive\u200b`
  const asked = await ask(product, {
    agent: { id: script, name: poison },
    action: {
      tool: script,
      summary: poison,
      environment: script.slice(0, 100),
      arguments: { [poison]: poison },
    },
    reasons: [poison],
    metadata: { [poison]: poison },
  })
  // Identifiers of an older version's approvals may have hidden characters.
  const handle = new SqliteHandle(product.config.databaseUrl)
  handle.prepare('update approvals set agent_id = ?, tool = ?').run(poison, poison)
  handle.close()
  const page = await visit(asked, anasKey)
  await page.getByTestId('note').fill(poison)
  await page.getByTestId('approve').click()
  await shows(status(page), 'Approved')
  await shows(page.locator('main h1'), script, '\\u202elive\\u200b')
  await shows(page.getByTestId('decision'), script)
  expect(await page.locator('main :is(img, script, a, iframe)').count()).toBe(0)
  expect(await page.locator('body').textContent()).not.toMatch(/[\u202e\u200b]/)
  expect(await page.title()).not.toMatch(/[\u202e\u200b]/)
})

test('the page reveals exactly the characters that the card reveals', async ({ product, visit }) => {
  const page = await visit(await ask(product))
  /** What becomes of every character that has a meaning, after a letter, after a picture and between two. */
  const changes = (show: (text: string) => string) => {
    const changed: Record<string, string> = {}
    for (let code = 0; code <= 0x10ffff; code += 1) {
      const sign = String.fromCodePoint(code)
      if (/[\p{Cn}\p{Co}]/u.test(sign)) continue
      for (const text of [`a${sign}`, `❤${sign}`, `❤${sign}❤`]) {
        const shown = show(text)
        if (shown !== text) changed[text] = shown
      }
    }
    return changed
  }
  const shownByPage = <Shown>(show: string) =>
    page.evaluate<Shown>(`import('/console/revealed.js').then(({ revealedText }) => ${show})`)
  const onPage = await shownByPage<Record<string, string>>(`(${changes})(revealedText)`)
  const here = changes(revealed)
  // Of two versions of Unicode one has characters that the other does not know, and shows as escapes.
  const unknown = (texts: string[]) => texts.filter((text) => /\p{Cn}/u.test(text))
  const newest = new Set([
    ...unknown(Object.keys(onPage)),
    ...(await page.evaluate(unknown, Object.keys(here))),
  ])
  const known = (changed: Record<string, string>) =>
    Object.entries(changed).filter(([text]) => !newest.has(text))
  expect(known(onPage)).toEqual(known(here))
  const meaningless = ['\u0378', '\ue000', '\u{10fffd}']
  expect(await shownByPage(`${JSON.stringify(meaningless)}.map(revealedText)`)).toEqual(
    meaningless.map(revealed),
  )
  expect(revealed(meaningless.join(''))).toMatch(/^[ -~]+$/)
})
