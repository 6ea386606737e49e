// Guards a function: it runs once it is approved, with exactly the arguments that were.

import type { ApprovalOptions, Approved, RequireApproval } from './require-approval.ts'

export interface GuardOptions extends ApprovalOptions {
  /** The agent's own words of what it will do. */
  summary?: string | undefined
  environment?: string | undefined
}

/** `options` may depend on the arguments. What is returned rejects as requireApproval does, and nothing has run then. */
export type Guard = <Arguments extends object, Result>(
  tool: string,
  run: (args: Arguments, approved: Approved) => Result | Promise<Result>,
  options: GuardOptions | ((args: Arguments) => GuardOptions),
) => (args: Arguments) => Promise<Result>

export function createGuard(requireApproval: RequireApproval): Guard {
  return (tool, run, options) => async (args) => {
    const { summary, environment, ...asked } = typeof options === 'function' ? options(args) : options
    const action = { tool, summary, arguments: args as Record<string, unknown>, environment }
    const approved = await requireApproval(action, asked)
    return await run(approved.action.arguments as typeof args, approved)
  }
}
