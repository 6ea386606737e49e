// Shows that the page of an approval says what its policy asks and how far that is met, and keeps who has read all of it.

import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { eventually, type Running } from '../fakes/countersign.ts'
import { select } from '../fakes/peek.ts'
import { govern } from '../fakes/rules-in-force.ts'
import { ask, decisionButtons, reviewerKey, status, test } from './approval-page-fixtures.ts'
import { shows } from './tab.ts'

const LONG = { rows: Array.from({ length: 300 }, (_, row) => ({ row })) }
const long = { action: { tool: 'sheets.write', arguments: LONG }, metadata: { session: 'sess-abc' } }

const seen = async ({ config }: Running, { id }: ApprovalView) =>
  select(config.databaseUrl, `select source, digest from seen where approval_id = '${id}'`)
const scrollToEnd = (page: Page) => page.evaluate(`document.getElementById('end').scrollIntoView()`)
/** Whatever the page does when it is drawn is done by then. */
const isDrawn = (page: Page) =>
  page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
/** By which method the page says that all of it was seen, each time from now on. */
function listen(page: Page): string[] {
  const methods: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/seen')) methods.push(request.method())
  })
  return methods
}

test('each requirement is shown with who approved and what is missing, as it changes', async ({
  product,
  visit,
  anasKey,
}) => {
  const [ben, gil] = [
    await reviewerKey(product, 'Ben Okafor', 'ben@example.com'),
    await reviewerKey(product, 'Gil Marsh', 'gil@example.com'),
  ]
  const requirements = [
    { group: 'payments', approvals: 2 },
    { group: 'security', approvals: 1 },
  ]
  await govern(product, {
    groups: { payments: ['Ana Ruiz', 'Ben Okafor'], security: ['Gil Marsh'], oncall: ['Gil Marsh'] },
    rules: [
      {
        name: 'large refunds',
        match: { where: { amount: { above: 500 } } },
        ask: { requirements, escalate: { after_seconds: 600, to: 'oncall' }, note_required: ['deny'] },
      },
    ],
  })
  const asked = await ask(product, { risk: { score: 0.6999 } })
  const approve = (key: string) =>
    product.call('POST', `/v1/approvals/${asked.id}/decision`, { key, body: { decision: 'approve' } })
  const page = await visit(asked, anasKey)
  const [payments, security] = [0, 1].map((at) => page.getByTestId('requirement').nth(at)) as [never, never]
  await shows(page.getByTestId('progress'), '0 of 2 payments · 0 of 1 security')
  await shows(payments, '0 of 2 payments', '2 more needed')
  await shows(page.getByTestId('review'), 'The rule applies because “amount is missing”')
  await shows(page.getByTestId('escalation'), 'Members of oncall are asked too from ')
  // As on a card, no score seems to reach the next level.
  await shows(page.locator('.facts'), 'rule “large refunds” of version 1', /medium\s*0\.69/)

  await page.getByTestId('deny').click()
  await shows(page.getByTestId('refusal'), 'Write a note first: the policy asks for one to deny.')
  expect(await page.locator('#note:focus').count()).toBe(1)
  await shows(page.locator('label[for=note]'), 'needed to deny')
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('no-buttons'), 'Your vote is on record. Others are awaited.')
  await shows(page.getByTestId('progress'), '1 of 2 payments · 0 of 1 security')
  await shows(payments, 'Ana Ruiz', '1 more needed')
  expect(await decisionButtons(page).count()).toBe(0)

  // The open request answers at the end alone: what is between is read by the next one.
  expect((await approve(gil)).status).toBe(200)
  await page.reload()
  await shows(security, '1 of 1 security', 'Gil Marsh')
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('refusal'), 'You have already voted on this approval request')
  expect(await decisionButtons(page).count()).toBe(0)
  await approve(ben)
  await shows(status(page), /Approved by .*Ana Ruiz.*Ben Okafor.*Gil Marsh/)
  await shows(payments, '2 of 2 payments', 'Ana Ruiz, Ben Okafor')
})

test('a stranger to the groups is told who may decide', async ({ product, visit, anasKey }) => {
  await reviewerKey(product, 'Ben Okafor', 'ben@example.com')
  const requirements = [{ group: 'payments', approvals: 1 }]
  await govern(product, {
    groups: { payments: ['Ben Okafor'] },
    rules: [{ name: 'all', match: {}, ask: { requirements, details_must_be_opened: true } }],
  })
  const asked = await ask(product)
  const page = await visit(asked, anasKey)
  await page.getByTestId('approve').click()
  await shows(page.getByTestId('refusal'), 'Only members of payments may decide this')
  expect(await seen(product, asked)).toEqual([])
})

test('what the policy answered says so, and by which rule', async ({ product, visit, anasKey }) => {
  await govern(product, {
    rules: [
      { name: 'reads', match: { tools: ['*.read'] }, allow: true },
      { name: 'never', match: {}, deny: 'Ask the database team' },
    ],
  })
  for (const [tool, words] of [
    ['db.read', 'Approved by policy, rule “reads”'],
    ['db.drop', 'Denied by policy, rule “never”'],
  ] as const) {
    const page = await visit(await ask(product, { action: { tool } }), anasKey)
    await shows(status(page), words)
    expect(await page.title()).toContain(words)
    expect(await page.getByTestId('requirement').count()).toBe(0)
  }
})

test('who is added later is said beside a note half written, which stays', async ({
  product,
  visit,
  anasKey,
}) => {
  const requirements = [{ group: 'payments', approvals: 1 }]
  await govern(product, {
    groups: { payments: ['Ana Ruiz'] },
    rules: [{ name: 'all', match: {}, ask: { requirements } }],
  })
  const asked = await ask(product)
  const page = await visit(asked)
  // What the next answer says, whatever was written into the tables behind the server's back.
  const added = [{ name: 'Gil Marsh', group: 'payments', at: asked.created_at }]
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const answerSo = async (route: Route) => {
    const response = await route.fetch({ url: `${product.url}/v1/approvals/${asked.id}` })
    const view: ApprovalView = await response.json()
    await written
    await route.fulfill({ response, json: { ...view, review: { ...view.review, added } } })
  }
  // The last of them comes while the tab closes.
  await page.route('**/v1/approvals/*wait_seconds=*', (route) => answerSo(route).catch(() => undefined))
  await page.getByTestId('key').fill(anasKey)
  await page.getByTestId('open').click()
  await page.getByTestId('note').fill('half a tho')
  write()
  await shows(page.getByTestId('added'), 'An admin added Gil Marsh to payments after this was asked')
  expect(await page.getByTestId('note').inputValue()).toBe('half a tho')
})

test('that all of it was read is on record once its end was in view, once, and Approve waits for it', async ({
  product,
  visit,
  anasKey,
}) => {
  await govern(product, { rules: [{ name: 'all', match: {}, ask: { details_must_be_opened: true } }] })
  const asked = await ask(product, long)
  const page = await visit(asked, anasKey)
  const sent = listen(page)
  await shows(page.getByTestId('not-yet'), 'Read all of it before you approve: scroll to the end')
  await page.getByTestId('approve').click()
  await page.locator('#not-yet[role=alert]').waitFor()
  expect([await seen(product, asked), sent]).toEqual([[], []])

  await scrollToEnd(page)
  await page.getByTestId('not-yet').waitFor({ state: 'hidden' })
  await page.getByTestId('approve').click()
  await shows(status(page), 'Approved by Ana Ruiz')
  expect(await seen(product, asked)).toEqual([{ source: 'console', digest: asked.digest }])
  expect(sent).toEqual(['POST'])
})

test('what fits the window is on record at once, and on a phone not while the buttons cover it', async ({
  product,
  visit,
  anasKey,
}) => {
  const short = await ask(product)
  await visit(short, anasKey)
  await eventually(async () => (await seen(product, short)).length === 1)

  const asked = await ask(product, long)
  const phone = await visit(asked)
  await phone.setViewportSize({ width: 390, height: 844 })
  const sent = listen(phone)
  await phone.getByTestId('key').fill(anasKey)
  await phone.getByTestId('open').click()
  await phone.getByTestId('approve').waitFor()
  // In the window, and behind the buttons.
  await phone.evaluate(
    `window.scrollBy(0, document.getElementById('end').getBoundingClientRect().bottom - innerHeight + 60)`,
  )
  await isDrawn(phone)
  expect(sent).toEqual([])
  const answered = phone.waitForResponse((response) => response.url().endsWith('/seen'))
  await phone.evaluate('window.scrollBy(0, 200)')
  await answered
  expect(sent).toEqual(['POST'])
})

test('a key that may only read puts nothing on record, to the end of the page', async ({
  product,
  visit,
}) => {
  const asked = await ask(product)
  const page = await visit(asked, await product.key({ roles: ['auditor'] }))
  const sent = listen(page)
  await shows(page.getByTestId('no-buttons'), 'This key may read and not decide')
  await scrollToEnd(page)
  await isDrawn(page)
  expect(sent).toEqual([])
  expect(await seen(product, asked)).toEqual([])
})
