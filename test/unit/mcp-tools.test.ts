// Shows how long tools wait for people, what they tell a model to do next, and that any client can read their schemas.

import { describe, expect, test, vi } from 'vitest'
import type { ApprovalView } from '../../src/approvals/view.ts'
import { agentViewOf } from '../../src/mcp/agent-view.ts'
import { redeemTool, requestTool, waitTool } from '../../src/mcp/approval-tools.ts'
import { eventTool } from '../../src/mcp/event-tool.ts'
import { toolSchema } from '../../src/mcp/json-schema.ts'
import { TOOL_PATIENCE } from '../../src/mcp/patience.ts'
import { permissionTool } from '../../src/mcp/permission-tool.ts'
import type { ToolCall } from '../../src/mcp/tool.ts'

const view = (more: Partial<ApprovalView> = {}) =>
  ({
    id: 'apr_1',
    status: 'pending',
    action: { tool: 'Bash', summary: 'Bash', arguments: { command: 'ls' }, environment: null },
    grant: null,
    reached: true,
    review_notes: null,
    ...more,
  }) as ApprovalView

const grant = (state: string) => ({ state }) as ApprovalView['grant']

/** What each operation answers, in turn; the last one again and again. */
function calling(answers: Record<string, ApprovalView[]>, patience = TOOL_PATIENCE) {
  const perform = vi.fn(async ({ id }: { id: string }, _: { query?: object }) => {
    const [next, ...more] = answers[id] ?? []
    if (more.length > 0) answers[id] = more
    return { value: id === 'redeemApproval' ? { approval: next, receipt: 'r' } : next }
  })
  const caller = { id: 'key_1' }
  const gone = new AbortController()
  const call = { caller, patience, gone: gone.signal, perform } as unknown as ToolCall
  return { call, gone, asked: () => perform.mock.calls.map(([{ id }, { query }]) => [id, query]) }
}

const ASK = { tool_name: 'Bash', input: { command: 'ls' } }
const textOf = (result: object) => (result as { content: [{ text: string }] }).content[0].text

describe('the time that a tool waits', () => {
  test('a call ends before clients and Claude Code cut it', () => {
    expect(TOOL_PATIENCE.waitSeconds).toBeLessThanOrEqual(50)
    expect(TOOL_PATIENCE.approveSeconds).toBeLessThanOrEqual(300)
  })

  test('wait_for_approval waits once, and says what to do when it was not long enough', async () => {
    const { call, asked } = calling({ readApproval: [view()] })
    const answer = JSON.parse(textOf(await waitTool.run({ approval_id: 'apr_1' }, call)))
    expect(asked()).toEqual([['readApproval', { wait_seconds: '50' }]])
    expect([answer.status, answer.next]).toEqual(['pending', expect.stringContaining('while it is pending')])
  })

  test('approve goes on waiting until its time is over, also when it is told that nobody was reached', async () => {
    const reads = [view({ reached: false }), view({ status: 'approved', grant: grant('live') })]
    const answers = { requestApproval: [view()], readApproval: reads, redeemApproval: [view()] }
    const { call, asked } = calling(answers)
    expect(JSON.parse(textOf(await permissionTool.run(ASK, call)))).toEqual({
      behavior: 'allow',
      updatedInput: { command: 'ls' },
    })
    expect(asked()).toEqual([
      ['requestApproval', undefined],
      ['readApproval', { wait_seconds: '60' }],
      ['readApproval', { wait_seconds: '60' }],
      ['redeemApproval', undefined],
    ])
  })

  test('when its time is over, approve denies and says that a later yes is found', async () => {
    const { call, asked } = calling({ requestApproval: [view()] }, { waitSeconds: 0, approveSeconds: 0 })
    expect(JSON.parse(textOf(await permissionTool.run(ASK, call)))).toEqual({
      behavior: 'deny',
      message: 'Nobody has decided yet; ask again, a later yes is found',
    })
    expect(asked()).toHaveLength(1)
  })

  test('approve uses up no yes of whom nobody waits for any more', async () => {
    const { call, gone, asked } = calling({ requestApproval: [view({ status: 'approved' })] })
    gone.abort()
    expect(JSON.parse(textOf(await permissionTool.run(ASK, call))).behavior).toBe('deny')
    expect(asked()).toHaveLength(1)
  })
})

describe('what comes next', () => {
  test.each<[Partial<ApprovalView>, RegExp]>([
    [{}, /^Nobody has decided yet: do not act\. Call wait_for_approval/],
    [{ reached: false }, /^No channel could show it to people yet: tell your user/],
    [{ status: 'approved', grant: grant('live') }, /call redeem .* act only with the receipt$/],
    [{ status: 'approved', grant: grant('redeemed') }, /do not run it again/],
    [{ status: 'approved', grant: grant('ended') }, /do not act/],
    [{ status: 'approved', grant: grant('revoked') }, /do not act/],
    [{ status: 'approved', grant: null }, /nothing to redeem: act now/],
    [{ status: 'denied' }, /do not act/],
    [{ status: 'expired' }, /do not act\. You may ask again$/],
    [{ status: 'withdrawn' }, /do not act/],
  ])('%j', (more, said) => {
    expect(agentViewOf(view(more)).next).toMatch(said)
  })

  test('with a receipt it may run', () => {
    const approved = view({ status: 'approved', grant: grant('redeemed') })
    expect(agentViewOf(approved, 'ey…')).toMatchObject({
      receipt: 'ey…',
      next: expect.stringMatching(/^Run exactly this action now, once/),
    })
  })
})

test('schemas refer to nothing, and each field that a model fills in is explained where its name does not do it', () => {
  for (const { input, output } of [requestTool, waitTool, redeemTool, eventTool, permissionTool]) {
    for (const schema of [input, ...(output ? [output] : [])]) {
      const text = JSON.stringify(toolSchema(schema))
      expect(text).not.toMatch(/\$ref|\$defs|\$schema/)
    }
  }
  const { properties } = toolSchema(requestTool.input) as { properties: Record<string, object> }
  expect(properties.action).toMatchObject({
    properties: { arguments: { type: 'object', description: expect.stringContaining('exactly') } },
  })
})
