// Writes the audit trail: one row per change, in the change's own transaction.

import { randomUUID } from 'node:crypto'
import { canonicalJson, sha256Hex } from '../kit/canonical-json.ts'
import { newId } from '../kit/ids.ts'
import { insertAudit } from '../store/audit.ts'
import type { Executor } from '../store/database.ts'

export interface Entry {
  at: number
  action:
    | 'approval.requested'
    | 'approval.reviewed'
    | 'approval.seen'
    | 'approval.escalated'
    | 'approval.reminded'
    | 'approval.answered'
    | 'approval.expired'
    | 'approval.redeemed'
    | 'approval.revoked'
    | 'approval.grant_ended'
    | 'approval.unreached'
    | 'approval.withdrawn'
    | 'approval.deleted'
    | 'event.acknowledged'
    | 'attempt.refused'
    | 'api_key.created'
    | 'api_key.revoked'
    | 'api_key.changed'
    | 'api_key.rotated'
    | 'person.changed'
    | 'person.disabled'
    | 'person.enabled'
    | 'person.joined'
    | 'person.unjoined'
    | 'vouching.changed'
    | 'policy.changed'
    | 'group.created'
    | 'group.changed'
    | 'group.deleted'
    | 'group.member_added'
    | 'group.member_removed'
    | 'tenant.renamed'
    | 'destination.created'
    | 'destination.updated'
    | 'destination.deleted'
    | 'destination.disabled'
    | 'destination.moved'
    | 'secret_key.reset'
    | 'signing_key.created'
    | 'signing_key.rotated'
    | 'database.restored'
  /** The id of what changed, or of who was refused. */
  subject: string
  /** Never personal: stays for ever. */
  facts: Record<string, unknown>
  /** May be personal: the row holds only its salted hash, so that it can be erased and the trail still verifies. */
  personal: Record<string, unknown>
}

/**
 * Adds to the trail. The row's bytes are RFC 8785 canonical JSON and its leaf is SHA-256(0x00 ‖ bytes), as in
 * RFC 9162's Merkle trees.
 */
export async function record(trx: Executor, entry: Entry): Promise<void> {
  const id = newId('aud')
  // 122 random bits out of a pool that Node fills ahead; randomBytes takes thirty times as long.
  const salt = randomUUID().replaceAll('-', '')
  const clearText = canonicalJson(entry.personal)
  const canonical = canonicalJson({
    id,
    at: entry.at,
    action: entry.action,
    subject: entry.subject,
    facts: entry.facts,
    personal: `sha256:${sha256Hex(salt, clearText)}`,
  })
  await insertAudit(
    trx,
    {
      id,
      at: entry.at,
      action: entry.action,
      subject: entry.subject,
      canonical,
      leaf: sha256Hex('\0', canonical),
    },
    { audit_id: id, salt, clear_text: clearText },
  )
}
