// Shows that the page of an alert shows the whole event, to those who may read it, and all of it as text.

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import type { EventView } from '../../src/events/event.ts'
import { titleOf } from '../../src/platforms/content/alert.ts'
import { ADMIN_KEY, CHANNEL, eventually, type Running } from '../fakes/countersign.ts'
import { recorded, select } from '../fakes/peek.ts'
import { ask, test as base, enter, status } from './approval-page-fixtures.ts'
import { shows } from './tab.ts'

const VIOLATION = {
  type: 'policy.violation',
  agent: { id: 'agent-1', name: 'Support agent' },
  tool: 'gmail.send',
  environment: 'production',
  summary: 'Tried to send the list\nof customers abroad',
  action: 'blocked',
  data: { policy_id: 'pol-456', recipients: { outside: 120 } },
}

/** Opens the page of an event in a browser that knows nothing yet, with a key if one is given. */
const test = base.extend('read', ({ visit }) => async (url: string, key?: string) => {
  const page = await visit({ id: 'apr_none' })
  await page.goto(url)
  if (key !== undefined) await enter(page, key)
  return page
})

async function tell({ call }: Running, wanted: object = VIOLATION): Promise<EventView> {
  const { status, body } = await call<{ data: [EventView] }>('POST', '/v1/events', { body: wanted })
  expect(status).toBe(201)
  return body.data[0]
}

const opened = (page: Page) => shows(status(page), 'Policy violation')
const refused = (page: Page, sentence: string) => shows(page.getByTestId('refusal'), sentence)
const kept = (page: Page) => page.evaluate('sessionStorage.length')

test('the button of the alert leads here, and everything that is known is shown', async ({
  product,
  read,
  anasKey,
}) => {
  const event = await tell(product)
  await eventually(() => JSON.stringify(product.slack.messages(CHANNEL)).includes(`"url":"${event.url}"`))
  const page = await read(event.url, anasKey)
  await shows(status(page), 'Policy violation', 'high severity')
  expect(await page.getByTestId('summary').textContent()).toBe(VIOLATION.summary)
  expect(await page.getByTestId('data').textContent()).toBe(JSON.stringify(VIOLATION.data, null, 2))
  expect(await page.getByTestId('id').textContent()).toBe(event.id)
  const facts = ['policy.violation', 'Support agent', 'agent-1', 'gmail.send', 'production', 'blocked']
  await shows(page.locator('.facts'), ...facts)
  expect(await page.locator('.facts time').getAttribute('datetime')).toBe(event.created_at)
  expect(await page.title()).toBe('Policy violation · gmail.send')
})

test('who has seen to it is on record there, when and where, and a name stays text', async ({
  product,
  read,
  anasKey,
}) => {
  const { id, url } = await tell(product)
  const name = '<b>Ana</b> \u202eRuiz'
  const key = await product.key({ roles: ['reviewer'], person: { name, email: 'another.ana@example.com' } })
  const open = await read(url, anasKey)
  await opened(open)
  expect(await open.getByTestId('acknowledged').count()).toBe(0)
  const { body } = await product.call<EventView>('POST', `/v1/events/${id}/acknowledge`, { key })
  const page = await read(url, anasKey)
  await shows(page.getByTestId('acknowledged'), '<b>Ana</b> \\u202eRuiz acknowledged', 'via api')
  const at = await page.getByTestId('acknowledged').locator('time').getAttribute('datetime')
  expect(at).toBe(body.acknowledged?.at)
})

test('what an event does not say is not on its page', async ({ product, read, anasKey }) => {
  const { url, summary } = await tell(product, { type: 'budget.exceeded' })
  const page = await read(url, anasKey)
  await shows(status(page), 'Budget exceeded', 'critical severity')
  await shows(page.getByTestId('summary'), summary)
  expect(await page.locator('.facts dt').allTextContents()).toEqual(['Severity', 'Type', 'Recorded', 'Event'])
  expect(await page.getByTestId('data').count()).toBe(0)
  expect(await page.locator('main').textContent()).not.toMatch(/null|undefined/)
})

test('every type has the title that its cards have', async ({ read, product }) => {
  const page = await read(`${product.url}/events/evt_none`)
  const types = Object.keys(EVENT_TYPES) as EventView['type'][]
  const titles = await page.evaluate(
    `import('/console/event.js').then(({ titleOf }) => ${JSON.stringify(types)}.map(titleOf))`,
  )
  expect(titles).toEqual(types.map((type) => titleOf({ type } as EventView)))
})

test('markup and hidden characters of a hostile agent are text', async ({ product, read, anasKey }) => {
  const script = '<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>'
  const poison = `${script} [x](https://evil.example) \u202elive\u200b`
  const { url } = await tell(product, {
    type: 'incident',
    agent: { id: poison, name: `${poison}!` },
    tool: poison,
    environment: script.slice(0, 100),
    summary: poison,
    action: poison,
    data: JSON.parse(`{"__proto__":${JSON.stringify(poison)}}`),
  })
  const page = await read(url, anasKey)
  await shows(status(page), 'Incident')
  const revealed = '\\u202elive\\u200b'
  await shows(page.getByTestId('summary'), script, revealed)
  await shows(page.getByTestId('data'), '"__proto__": "<img', revealed)
  await shows(page.locator('.facts'), `${revealed}!`)
  expect(await page.locator('main :is(img, script, a, iframe)').count()).toBe(0)
  expect(await page.locator('body').textContent()).not.toMatch(/[\u202e\u200b]/)
  expect(await page.title()).toContain(revealed)
})

test('auditors and admins read it too; an agent is told which key it takes', async ({ product, read }) => {
  const { url } = await tell(product)
  await opened(await read(url, await product.key({ roles: ['auditor'] })))
  await opened(await read(url, ADMIN_KEY))
  const stranger = await read(url, await product.key({ roles: ['agent'] }))
  await refused(stranger, 'This needs an API key with the role reviewer or auditor')
  expect(await kept(stranger)).toBe(0)
})

test('a wrong key and an unknown event are told so and nothing is kept; the right one then opens it', async ({
  product,
  read,
  anasKey,
}) => {
  const { url } = await tell(product)
  const page = await read(url, 'csk_wrong')
  await refused(page, 'This API key is not known here')
  expect(await kept(page)).toBe(0)
  await enter(page, 'two words')
  await refused(page, 'That is not an API key')
  await enter(page, anasKey)
  await opened(page)
  for (const id of ['evt_00000000000000000000000000', '%3Cscript%3E', (await ask(product)).id]) {
    await refused(await read(`${product.url}/events/${id}`, anasKey), 'There is no such event')
  }
})

test('the key is in this tab only, for both kinds of pages, and gone when forgotten', async ({
  product,
  read,
  anasKey,
}) => {
  const { url } = await tell(product)
  const page = await read(url, anasKey)
  await opened(page)
  expect(page.url()).toBe(url)
  expect(await page.evaluate('localStorage.length')).toBe(0)
  expect(await page.context().cookies()).toEqual([])
  expect(await kept(page)).toBe(1)

  await page.reload()
  await opened(page)
  await page.goto((await ask(product)).url)
  await shows(status(page), 'Waiting for a decision')
  await page.goto(url)
  const other = await page.context().newPage()
  await other.goto(url)
  await other.getByTestId('key').waitFor()

  await page.getByRole('button', { name: 'Forget this key' }).click()
  await page.getByTestId('key').waitFor()
  expect(await kept(page)).toBe(0)
  expect(await page.locator('main').textContent()).not.toContain('Policy violation')
})

test('while Countersign does not answer the page says so, and finds back', async ({
  product,
  read,
  anasKey,
}) => {
  const page = await read((await tell(product)).url)
  await page.route('**/v1/events/*', (route) => route.abort())
  await enter(page, anasKey)
  await shows(page.locator('#link-state'), 'Countersign does not answer. Trying again…')
  await page.unroute('**/v1/events/*')
  await opened(page)
  await page.locator('#link-state').waitFor({ state: 'hidden' })
})

test('looking changes nothing, and the page may load only its own files', async ({
  product,
  read,
  anasKey,
}) => {
  const { url } = await tell(product)
  const state = async () => [
    await recorded(product.config.databaseUrl),
    await select(product.config.databaseUrl, 'select id from events union all select id from deliveries'),
  ]
  const before = await state()
  for (const method of ['GET', 'HEAD', 'OPTIONS']) await fetch(url, { method })
  await opened(await read(url, anasKey))
  expect(await state()).toEqual(before)

  const { headers } = await fetch(`${product.url}/events/evt_x`)
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
})

test('the keyboard alone is enough, on a phone’s width too', async ({ product, read, anasKey }) => {
  const event = { ...VIOLATION, tool: 'a'.repeat(200), data: { long: 'b'.repeat(2000) } }
  const page = await read((await tell(product, event)).url)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.keyboard.type(anasKey)
  await page.keyboard.press('Enter')
  await opened(page)
  expect(await page.locator('#status:focus').count()).toBe(1)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  const data = page.locator('[data-testid=data]:focus')
  for (let presses = 0; presses < 5 && (await data.count()) === 0; presses += 1) {
    await page.keyboard.press('Tab')
  }
  expect(await data.count()).toBe(1)
})
