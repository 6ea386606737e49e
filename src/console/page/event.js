// @ts-check
// What does a reader see of an event? All of it, literally: nothing of it is ever markup.

import { el } from './dom.js'
import { banner, facts, json, nameAndId, record, time } from './record.js'
import { revealed, revealedText } from './revealed.js'

/** @typedef {import('../../events/event.ts').EventView} EventView */

/** @type {import('./page.js').Page<EventView>} */
export const eventPage = {
  name: 'Event',
  heading: 'An event, in full',
  lead: 'Enter the API key of a reviewer or of an auditor to read it.',
  show({ first: { view }, draw }) {
    const about = view.tool ?? view.agent?.name
    const title = titleOf(view.type)
    draw(drawEvent(view), about === undefined ? title : `${title} · ${revealedText(about)}`)
  },
}

/**
 * As every card's, word for word: a test holds them together.
 * @param {string} type
 */
export function titleOf(type) {
  const words = type.replace(/[._]/g, ' ').replace(/^pii\b/, 'PII')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** @param {EventView} view */
function drawEvent(view) {
  const { type, severity, created_at, data, acknowledged } = view
  return record(
    banner(
      { 'data-severity': severity },
      el('h1', {}, titleOf(type)),
      el('span', { class: 'severity' }, `${severity} severity`),
      el('span', { class: 'when' }, time(created_at)),
    ),
    [subject(view), Object.keys(data).length > 0 && json('Data', data, 'data')],
    [acknowledged !== null && seenTo(acknowledged), facts(rowsOf(view))],
  )
}

/** @param {EventView} view */
function subject({ agent, tool, environment, summary, action }) {
  const who = [
    agent && el('strong', {}, ...revealed(agent.name)),
    environment !== null && el('span', {}, 'in ', ...revealed(environment)),
  ]
  return el(
    'section',
    { class: 'panel subject' },
    who.some(Boolean) && el('p', { class: 'who' }, ...who),
    tool !== null && el('p', { class: 'tool' }, ...revealed(tool)),
    el('p', { class: 'summary', 'data-testid': 'summary' }, ...revealed(summary)),
    action !== null && el('p', { class: 'done' }, 'What was done: ', el('strong', {}, ...revealed(action))),
  )
}

/** @param {NonNullable<EventView['acknowledged']>} acknowledged */
function seenTo({ by, source, at }) {
  return el(
    'section',
    { class: 'panel outcome', 'data-testid': 'acknowledged' },
    el('h2', {}, 'On record'),
    el('p', {}, el('strong', {}, ...revealed(by)), ' acknowledged'),
    el('p', { class: 'aside' }, `via ${source}, `, time(at)),
  )
}

/**
 * @param {EventView} view
 * @returns {Parameters<typeof facts>[0]}
 */
function rowsOf({ id, type, severity, agent, tool, environment, action, created_at }) {
  return [
    ['Severity', [severity]],
    ['Type', [el('code', {}, type)]],
    ['Agent', agent && nameAndId(agent)],
    ['Tool', tool === null ? null : [el('code', {}, ...revealed(tool))]],
    ['Environment', environment === null ? null : revealed(environment)],
    ['Action', action === null ? null : revealed(action)],
    ['Recorded', [time(created_at)]],
    ['Event', [el('code', { 'data-testid': 'id' }, id)]],
  ]
}
