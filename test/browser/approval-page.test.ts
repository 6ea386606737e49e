// Shows that the page of an approval tells all of it, as it stands at every moment, and decides it with a key.

import { expect } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { CHANNEL, eventually } from '../fakes/countersign.ts'
import { ask, cardOf, decisionButtons, enter, reviewerKey, status, test } from './approval-page-fixtures.ts'
import { shows } from './tab.ts'

const BEN = 'U0BENOKAFO'

test('the button of the card leads here, and Approve with a note tells the agent and redraws the card', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  expect(JSON.stringify(await cardOf(product, asked))).toContain(
    `"url":"${product.url}/approvals/${asked.id}"`,
  )
  const waiting = product.call<ApprovalView>('GET', `/v1/approvals/${asked.id}?wait_seconds=60`)
  const page = await visit(asked, anasKey)
  await shows(status(page), 'Waiting for a decision', /expires in 59:\d\d/)
  await page.getByTestId('note').fill('  checked with finance ')
  await page.getByTestId('approve').click()

  expect((await waiting).body).toMatchObject({
    status: 'approved',
    decisions: [{ verdict: 'approve', note: 'checked with finance', reviewer: { name: 'Ana Ruiz' } }],
  })
  await shows(status(page), 'Approved by Ana Ruiz')
  await shows(page.getByTestId('decision'), 'via console', 'checked with finance')
  await shows(page.getByTestId('review-notes'), 'Approved by Ana Ruiz via console: checked with finance')
  expect(await decisionButtons(page).count()).toBe(0)
  await eventually(async () => (await cardOf(product, asked)).text.includes('Approved by* Ana Ruiz'))
})

test('Deny is a denial, and its note reaches the agent', async ({ product, visit, anasKey }) => {
  const asked = await ask(product)
  const page = await visit(asked, anasKey)
  await page.getByTestId('note').fill('not before the backup')
  await page.getByTestId('deny').click()
  await shows(status(page), 'Denied by Ana Ruiz')
  const { body } = await product.call<ApprovalView>('GET', `/v1/approvals/${asked.id}`)
  expect(body).toMatchObject({ status: 'denied', decisions: [{ note: 'not before the backup' }] })
})

test('everything that is known is shown, and all of 60 KB of arguments', async ({
  product,
  visit,
  anasKey,
}) => {
  const long = {
    rows: Array.from({ length: 1500 }, (_, row) => ({ row, text: `This is the text of row ${row}` })),
  }
  const asked = await ask(product, {
    action: { tool: 'sheets.write', summary: 'Two\nlines', arguments: long, environment: 'staging' },
    reasons: ['BULK_WRITE'],
    risk: { level: 'high', score: 0.71 },
    requested_by: { email: 'olu@example.com' },
    metadata: { session_id: 'sess-abc' },
  })
  const page = await visit(asked, anasKey)
  const shown = JSON.stringify(long, null, 2)
  expect(shown.length).toBeGreaterThan(61_440)
  expect(await page.getByTestId('arguments').textContent()).toBe(shown)
  expect(await page.getByTestId('digest').textContent()).toBe(asked.digest)
  const facts = [/high\s*0\.71/, 'BULK_WRITE', 'staging', 'olu@example.com', 'sess-abc', asked.id]
  await shows(page.locator('main'), 'Refund agent', 'agent-1', 'sheets.write', 'Two\nlines', ...facts)
})

test('a decision in Slack changes the page by itself', async ({ product, visit, anasKey }) => {
  const asked = await ask(product)
  const { ts } = await cardOf(product, asked)
  const page = await visit(asked, anasKey)
  await page.getByTestId('note').fill('half a tho')
  await page.evaluate('window.notReloaded = true')
  await product.slack.click({ channel: CHANNEL, ts, actionId: 'deny_action', userId: BEN })
  await shows(status(page), 'Denied by Ben Okafor')
  await shows(page.getByTestId('decision'), 'via slack')
  expect(await decisionButtons(page).count()).toBe(0)
  expect(await page.evaluate('window.notReloaded')).toBe(true)
})

test('that no destination took the card is said beside a note half written, which stays', async ({
  product,
  visit,
  anasKey,
  clock,
}) => {
  product.slack.failNext({ method: 'chat.postMessage', error: 'msg_too_long' })
  const asked = await ask(product)
  await eventually(async () => {
    const { body } = await product.call<{ data: object[] }>('GET', '/v1/deliveries?state=dead')
    return body.data.length === 1
  })
  const page = await visit(asked, anasKey)
  const reach = page.getByTestId('reach')
  await page.getByTestId('note').fill('half a tho')
  expect(await reach.isVisible()).toBe(false)
  clock.advance(60_000)
  await shows(reach, 'No destination has taken the card in time. Approvals: msg_too_long')
  expect(await page.getByTestId('note').inputValue()).toBe('half a tho')
  await page.getByTestId('approve').click()
  await shows(status(page), 'Approved by Ana Ruiz', 'No destination had taken the card in time')
})

test('who presses too late is told who was first', async ({ product, visit, anasKey }) => {
  const asked = await ask(product)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const page = await visit(asked)
  await page.route('**/v1/approvals/*wait_seconds=*', async (route) => {
    await released
    await route.continue().catch(() => undefined)
  })
  await enter(page, anasKey)
  await page.getByTestId('approve').waitFor()
  const path = `/v1/approvals/${asked.id}/decision`
  const key = await reviewerKey(product, 'Ben Okafor', 'ben@example.com')
  expect((await product.call('POST', path, { key, body: { decision: 'deny' } })).status).toBe(200)
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('refusal'), 'Already denied by Ben Okafor')
  await shows(status(page), 'Denied by Ben Okafor')
  release()
})

test('one’s own request is refused, and the note is still there', async ({ product, visit, anasKey }) => {
  const asked = await ask(product, { requested_by: { email: 'ana@example.com' } })
  const page = await visit(asked, anasKey)
  await page.getByTestId('note').fill('mine')
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('refusal'), 'You cannot decide a request made by you or on your behalf')
  expect(await page.getByTestId('note').inputValue()).toBe('mine')
  await shows(status(page), 'Waiting for a decision')
})

test('what expires while one looks at it says so and is no denial', async ({
  product,
  visit,
  anasKey,
  clock,
}) => {
  const page = await visit(await ask(product, { expires_in_seconds: 60 }), anasKey)
  await page.getByTestId('approve').waitFor()
  clock.advance(60_000)
  await shows(status(page), 'Expired: nobody decided in time')
  expect(await decisionButtons(page).count()).toBe(0)
  expect(await page.locator('main').innerText()).not.toMatch(/den(y|ied)/i)
})

test('a press whose answer is lost counts once and is not asked for again', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  const page = await visit(asked)
  const presses: string[] = []
  await page.route('**/decision', async (route) => {
    const key = route.request().headers()['idempotency-key']
    if (key !== undefined) presses.push(key)
    const response = await route.fetch()
    if (key !== undefined && presses.length === 1) await route.abort()
    else await route.fulfill({ response })
  })
  // Only the answer to the press can tell: what the page hears by itself is cut.
  await page.route('**/v1/approvals/*wait_seconds=*', (route) => route.abort())
  await enter(page, anasKey)
  await page.getByTestId('approve').click()
  await shows(status(page), 'Approved by Ana Ruiz')
  expect(presses.length).toBe(2)
  expect(new Set(presses).size).toBe(1)
  expect(presses[0]).toMatch(/^[0-9a-f]{32}$/)
})

test('while Countersign does not answer the page says so, and finds back', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  const page = await visit(asked)
  await page.route('**/v1/approvals/*wait_seconds=*', (route) => route.abort())
  await enter(page, anasKey)
  await shows(page.locator('#link-state'), 'Countersign does not answer. Trying again…')
  await page.unroute('**/v1/approvals/*wait_seconds=*')
  await page.locator('#link-state').waitFor({ state: 'hidden' })
  await page.getByTestId('approve').click()
  await shows(status(page), 'Approved by Ana Ruiz')
})

test('a tab in the background holds no connection, and catches up when it is seen', async ({
  product,
  visit,
  anasKey,
}) => {
  const asked = await ask(product)
  const page = await visit(asked)
  const isWait = (request: { url(): string }) => request.url().includes('wait_seconds')
  await Promise.all([page.waitForRequest(isWait), enter(page, anasKey)])
  const turn = (hidden: boolean) =>
    page.evaluate(
      `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
       document.dispatchEvent(new Event('visibilitychange'))`,
    )
  const ended = page.waitForEvent('requestfailed', isWait)
  await turn(true)
  await ended
  await product.call('POST', `/v1/approvals/${asked.id}/withdraw`)
  await shows(status(page), 'Waiting for a decision')
  await turn(false)
  await shows(status(page), 'Withdrawn: no decision is needed any more')
})

test('the page of a test says that it is one', async ({ product, visit, anasKey }) => {
  const id = await product.destination()
  const { body } = await product.call<ApprovalView>('POST', `/v1/settings/notifications/${id}/test`)
  await shows(status(await visit(body, anasKey)), 'This is a test')
})

test('the keyboard alone is enough, on a phone’s width too', async ({ product, visit, anasKey }) => {
  const page = await visit(await ask(product))
  await page.setViewportSize({ width: 390, height: 844 })
  await page.keyboard.type(anasKey)
  await page.keyboard.press('Enter')
  const approve = page.getByTestId('approve')
  await approve.waitFor()
  const focused = page.locator('[data-testid=approve]:focus')
  for (let presses = 0; presses < 10 && (await focused.count()) === 0; presses += 1) {
    await page.keyboard.press('Tab')
    if (await page.locator('[data-testid=note]:focus').count()) await page.keyboard.type('by keyboard')
  }
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await page.keyboard.press('Enter')
  await shows(page.getByTestId('decision'), 'by keyboard')
  expect(await page.locator('#status:focus').count()).toBe(1)
})
