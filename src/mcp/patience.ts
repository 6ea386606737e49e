// Says how long a tool waits for people before it answers that they have not decided.

export interface ToolPatience {
  /** Of `wait_for_approval`: clients give up on a call after a minute, unless they are told otherwise. */
  waitSeconds: number
  /** Of `approve`: Claude Code cuts a call over HTTP after about six minutes, whatever is set. */
  approveSeconds: number
}

export const TOOL_PATIENCE: ToolPatience = { waitSeconds: 50, approveSeconds: 300 }
