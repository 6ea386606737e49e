// Says by its code what an error of Slack's means for a send, whichever way it came.

import { Failed, type SendError, Undeliverable } from '../platform.ts'

/** Wrong until an admin changes something: every further message would fail in the same way. */
const DESTINATION_ERRORS = new Set([
  'access_denied',
  'account_inactive',
  'action_prohibited',
  'channel_is_archived',
  'channel_not_found',
  'invalid_auth',
  'is_archived',
  'missing_scope',
  'no_permission',
  'no_service',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'restricted_action',
  'team_access_not_granted',
  'token_expired',
  'token_revoked',
])
/** Wrong with this message only. */
const MESSAGE_ERRORS = new Set([
  'block_mismatch',
  'cant_update_message',
  'edit_window_closed',
  'expired_url',
  'invalid_attachments',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_payload',
  'message_not_found',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'used_url',
])

export function failureOf(code: string): SendError {
  if (DESTINATION_ERRORS.has(code)) return new Undeliverable('destination', code)
  if (MESSAGE_ERRORS.has(code)) return new Undeliverable('message', code)
  return new Failed(code)
}

/** As Slack spells its errors; undefined for whatever else comes back, which is not kept. */
export function codeOf(error: unknown): string | undefined {
  return typeof error === 'string' && /^[a-z0-9_]{1,80}$/.test(error) ? error : undefined
}
