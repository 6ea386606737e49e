// Maps the event names of other products, in lower case, to the type that each one means.

export const ALIASES = [
  ['approval_request', 'approval.requested'],
  ['hitl.requested', 'approval.requested'],
  ['hitl.pending', 'approval.requested'],
  ['hitl.approved', 'approval.decided'],
  ['hitl.rejected', 'approval.decided'],
  ['budget.threshold_reached', 'budget.warning'],
  ['drift_alert', 'drift.alert'],
  ['agent_status', 'agent.status'],
  ['allow', 'decision.allow'],
  ['deny', 'decision.deny'],
  ['sanitize', 'decision.sanitize'],
  ['require_approval', 'decision.require_approval'],
] as const
