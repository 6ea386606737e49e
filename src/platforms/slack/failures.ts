// Says by its code what an error of Slack's means for a send, whichever way it came.

import { Failed, type SendError, Undeliverable } from '../platform.ts'

/**
 * Wrong until an admin changes something: every further message would fail in the same way. As Slack documents them of
 * chat.postMessage, chat.update, auth.test and incoming webhooks.
 */
const DESTINATION_ERRORS = new Set([
  'access_denied',
  'accesslimited',
  'account_inactive',
  'action_prohibited',
  'cannot_dm_bot',
  'channel_is_archived',
  'channel_not_found',
  'channel_type_not_supported',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'invalid_auth',
  'invalid_token',
  'is_archived',
  'is_inactive',
  'messages_tab_disabled',
  'method_not_supported_for_channel_type',
  'missing_scope',
  'no_active_hooks',
  'no_permission',
  'no_service',
  'no_service_id',
  'no_team',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'posting_to_general_channel_denied',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'team_access_not_granted',
  'team_disabled',
  'team_not_found',
  'token_expired',
  'token_revoked',
  'two_factor_setup_required',
  'user_not_found',
])
/** Wrong with this message only. */
const MESSAGE_ERRORS = new Set([
  'attachment_payload_limit_exceeded',
  'block_mismatch',
  'cant_update_message',
  'edit_window_closed',
  'expired_url',
  'invalid_arguments',
  'invalid_attachments',
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_payload',
  'message_not_found',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'slack_connect_canvas_sharing_blocked',
  'slack_connect_file_link_sharing_blocked',
  'slack_connect_lists_sharing_blocked',
  'too_many_attachments',
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
