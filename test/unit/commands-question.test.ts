// Shows that a question is understood however it was typed, and that nothing else is taken for one.

import { describe, expect, test } from 'vitest'
import { readQuestion } from '../../src/commands/question.ts'

const ID = 'apr_01h455vb4pex5vsknk084sn02q'
const OTHER = 'apr_01h455vb4pex5vsknk084sn02r'
const LINK = `https://countersign.example/approvals/${ID}`

describe('status is understood', () => {
  test.each([
    'status',
    'Status',
    'STATUS',
    '  status\n',
    'status?',
    'status.',
    'status!!',
    '“status”',
    '`status`',
    '```status```',
    '**status**',
    '_status_',
    '/status',
    '/governance status',
    '/Governance: status',
    'governance status',
    '\u200bstatus',
    'status\u200b',
    '\ufeffstatus\u00a0',
    '\u2060\u200d\u00adstatus\u3164\u2800',
    '/governance\u200bstatus',
    '\u0000status\u0007',
    'status ?',
    '— status',
    '@Countersign status',
    '@Countersign, status',
    'status @Countersign',
    '<@U0COUNTER0> status',
    '<@U0COUNTER0|countersign> status',
    '<at>Countersign</at> status',
    '<at>Countersign</at>, status',
    '<at>Countersign</at>status',
    '<AT id="0">Counter sign</AT>: /status',
    'status <at>Countersign</at>',
  ])('%j', (text) => expect(readQuestion(text)).toEqual({ verb: 'status' }))
})

describe('an approval is named', () => {
  test.each([
    `show ${ID}`,
    `Show ${ID.toUpperCase()}`,
    `/show \`${ID}\`.`,
    `show\u200b${ID}\u200b`,
    `show\u00a0(${ID})`,
    `show "${ID}", please`,
    `show me ${ID}`,
    `show *${ID}*`,
    `show ${LINK}`,
    `show ${LINK}/`,
    `show ${LINK}?from=slack#arguments`,
    `show ${LINK.toUpperCase()}`,
    `show <${LINK}>`,
    `show <${LINK}|View in Console>`,
    `show <${LINK}?a=1&amp;b=2|${LINK}>`,
    `show <https://elsewhere.example/approvals/${ID}|${OTHER}>`,
    `show [View in Console](${LINK})`,
    `show ${ID} ${LINK}`,
  ])('%j', (text) => expect(readQuestion(text)).toEqual({ verb: 'show', ids: [ID] }))

  test('as often as there are: which of them is for the answer to say', () => {
    expect(readQuestion(`show ${ID} ${OTHER}`)).toEqual({ verb: 'show', ids: [ID, OTHER] })
  })

  test.each(['apr_', `${ID}0`, ID.slice(0, -1), "apr_'--", '<!channel>', '__proto__', 'x'.repeat(3000)])(
    'not by %j',
    (text) => expect(readQuestion(`show ${text}`)).toEqual({ verb: 'show', ids: [] }),
  )
})

test.each([
  '',
  ' ',
  '\u200b\ufeff',
  '?',
  '/governance',
  '/',
  '``',
  '@Countersign',
  '<at>x</at>',
  '&',
  'Help!',
  'show',
])('%j asks for the help', (text) => expect(readQuestion(text)).toEqual({ verb: 'help' }))

test.each([
  ['frobnicate', 'frobnicate'],
  ['Frobnicate!', 'Frobnicate'],
  ['<!channel>', 'channel'],
  ['approve apr_1', 'approve'],
  ['sta\u200btus', 'sta'],
  ['🙂', '🙂'],
  ['status now', 'now'],
  ['status, please!', 'please'],
  ['pending high', 'high'],
  ['help status', 'status'],
  ['show me everything', 'me'],
  ['governance frobnicate', 'frobnicate'],
])('%j is not understood: %j is named', (text, word) =>
  expect(readQuestion(text)).toEqual({ verb: 'unknown', word }),
)

test.each(['!', '<http://'])('a flood of %j takes no time', (part) => {
  const started = performance.now()
  readQuestion(`show x${part.repeat(60_000)}x`)
  expect(performance.now() - started).toBeLessThan(500)
})
