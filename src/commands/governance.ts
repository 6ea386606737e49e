// Answers what people ask the bot: `status`, `pending`, `show <id>`; anything else gets the help.

import type { Queries } from '../approvals/queries.ts'
import type { ApprovalView } from '../approvals/view.ts'
import type { Clock } from '../kit/clock.ts'
import { approvalReply } from './approval-reply.ts'
import type { Asker, Commands, Reply } from './commands.ts'
import { kept } from './kept.ts'
import { pendingReply } from './pending-reply.ts'
import { readQuestion } from './question.ts'
import { statusReply } from './status-reply.ts'

/** More of a word says no more. */
const LONGEST_WORD = 40

export function createCommands({ queries, clock }: { queries: Queries; clock: Clock }): Commands {
  const answers = {
    status: kept(clock, async (scope) => statusReply(await queries.standing(scope), clock.now())),
    pending: kept(clock, ({ destinationIds }) => pendingReply(queries, destinationIds, clock.now())),
  }

  return {
    async answer(text, asker) {
      const question = readQuestion(text)
      switch (question.verb) {
        case 'status':
        case 'pending':
          return isMember(asker) ? answers[question.verb](asker.scope) : MEMBERS_ONLY
        case 'show':
          return show(question.ids, asker)
        case 'help':
          return HELP
        case 'unknown':
          return { note: `I do not know "${shortened(question.word)}".`, ...HELP }
      }
    },
  }

  /** Where its card stands, to full members; all of it to those of them who could decide it there. */
  async function show(ids: string[], asker: Asker): Promise<Reply> {
    const [id = '', ...others] = ids
    if (others.length > 0) return ONE_AT_A_TIME
    const view = isMember(asker) ? await queries.findAt(id, asker.destinationIds) : undefined
    if (!view) return NOT_FOUND
    return approvalReply(view, await withheldFrom(view, asker), clock.now())
  }

  async function withheldFrom({ id }: ApprovalView, { by, destinationIds, details }: Asker) {
    if (!details) return 'here'
    return (await queries.couldDecide(id, by, destinationIds)) ? null : 'fromOthers'
  }
}

function isMember({ by }: Asker): boolean {
  return by.standing === 'member'
}

function shortened(word: string): string {
  const characters = [...word]
  return characters.length <= LONGEST_WORD ? word : `${characters.slice(0, LONGEST_WORD).join('')}…`
}

const HELP: Reply = {
  title: 'Countersign: what you can ask',
  facts: [
    { label: 'status', value: 'how approvals stand' },
    { label: 'pending', value: 'what is waiting for a decision' },
    { label: 'show <id>', value: 'one approval request in full, where its card was posted' },
    { label: 'help', value: 'this list' },
  ],
  lines: [],
}

const ONE_AT_A_TIME: Reply = { title: 'I show one approval request at a time', facts: [], lines: [] }

const NOT_FOUND: Reply = {
  title: 'No such approval request in this conversation',
  facts: [],
  lines: ['Show takes the id of an approval request, or the link of its card, where that card was posted.'],
}

const MEMBERS_ONLY: Reply = {
  title: 'Only full members of this workspace may see what is waiting',
  facts: [],
  lines: [],
}
