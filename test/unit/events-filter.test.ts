// Shows that a destination hears exactly the events that it asked for.

import { describe, expect, it } from 'vitest'
import { type Filter, type Heard, passes } from '../../src/events/filter.ts'
import { SEVERITIES } from '../../src/events/severity.ts'

const ALL: Filter = { events: null, minSeverity: 'info', tools: null, agents: null }
const EVENT: Heard = {
  type: 'policy.violation',
  severity: 'high',
  tool: 'slack.post_message',
  agentId: 'agent-1',
}
const ABOUT_NOTHING = { tool: null, agentId: null }

it('without filters hears everything', () => {
  expect(passes(ALL, EVENT)).toBe(true)
  expect(passes(ALL, { ...EVENT, ...ABOUT_NOTHING, severity: 'info' })).toBe(true)
})

it.each<[string[], boolean]>([
  [['policy.violation'], true],
  [['policy.*'], true],
  [['budget.*', 'policy.*'], true],
  [['policy.warning'], false],
  [['budget.*'], false],
  [['policy'], false],
  [[], false],
])('by the events %j: %s', (events, heard) => {
  expect(passes({ ...ALL, events }, EVENT)).toBe(heard)
})

it('by a severity hears that one and those above it', () => {
  const heardFrom = (minSeverity: Filter['minSeverity']) =>
    SEVERITIES.filter((severity) => passes({ ...ALL, minSeverity }, { ...EVENT, severity }))
  for (const [at, floor] of SEVERITIES.entries()) expect(heardFrom(floor)).toEqual(SEVERITIES.slice(at))
})

describe('by a tool', () => {
  it.each<[string[], string, boolean]>([
    [['slack.*'], 'slack.post_message', true],
    [['slack.*'], 'slack.', true],
    [['slack.*'], 'slack', false],
    [['slack.*'], 'slackx.post', false],
    [['slack.*'], 'not.slack.post', false],
    [['github.*', 'slack.*'], 'slack.post_message', true],
    [['slack.post_message'], 'slack.post_message', true],
    [['slack.post_message'], 'slack.post_messages', false],
    [['slack'], 'slack.post_message', true],
    [['Slack', 'GitHub'], 'github.push', true],
    [['github.repo'], 'github.repo.delete', true],
    [['slack'], 'slack', true],
    [['slack'], 'slackx.post', false],
    [['slack'], 'not.slack.post', false],
    [['slack.post_message'], 'Slack.Post_Message', true],
    [['SLACK.*'], 'slack.post_message', true],
    [['*.Delete'], 'GitHub.Repo.DELETE', true],
    [['überweisung.*'], 'ÜBERWEISUNG.ausführen', true],
    [['slackXpost'], 'slack.post', false],
    [['*'], 'anything', true],
    [['*'], '', true],
    [['*.delete'], 'github.repo.delete', true],
    [['*.delete'], 'github.deleted', false],
    [['*post*'], 'slack.post_message', true],
    [['a*b*c'], 'a--b--c', true],
    [['a*b*c'], 'a--c--b', false],
    [['aa*aa'], 'aaa', false],
    [['ab*b'], 'ab', false],
    [['a**b'], 'ab', true],
    [['a.+?(b)*'], 'a.+?(b)c', true],
    [['s?ack.*'], 'slack.x', false],
    [[''], 'slack.x', false],
  ])('%j and %j: %s', (tools, tool, heard) => {
    expect(passes({ ...ALL, tools }, { ...EVENT, tool })).toBe(heard)
  })

  it('hears nothing that is about no tool', () => {
    expect(passes({ ...ALL, tools: ['*'] }, { ...EVENT, tool: null })).toBe(false)
  })

  it('takes no longer for a name that was made to be slow', () => {
    const tools = [`${'*a'.repeat(60)}*b`]
    const from = performance.now()
    expect(passes({ ...ALL, tools }, { ...EVENT, tool: 'a'.repeat(200) })).toBe(false)
    expect(performance.now() - from).toBeLessThan(100)
  })
})

describe('by an agent', () => {
  it.each<[string[], string | null, boolean]>([
    [['agent-1'], 'agent-1', true],
    [['agent-2', 'agent-1'], 'agent-1', true],
    [['Agent-1'], 'aGENT-1', true],
    [['ÄGENT'], 'ägent', true],
    [['agent-2'], 'agent-1', false],
    [['agent'], 'agent-1', false],
    [['*'], 'agent-1', false],
    [['agent-1'], null, false],
  ])('%j and %j: %s', (agents, agentId, heard) => {
    expect(passes({ ...ALL, agents }, { ...EVENT, agentId })).toBe(heard)
  })
})

it('hears only what passes all of its filters', () => {
  const filter: Filter = {
    events: ['policy.*'],
    minSeverity: 'high',
    tools: ['slack.*'],
    agents: ['agent-1'],
  }
  expect(passes(filter, EVENT)).toBe(true)
  const others: Partial<Heard>[] = [
    { type: 'pii.detected' },
    { severity: 'medium' },
    { tool: 'x' },
    { agentId: 'x' },
  ]
  for (const other of others) expect(passes(filter, { ...EVENT, ...other })).toBe(false)
})
