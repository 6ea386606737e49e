// Says what Slack shows for an app's answer to a command.

import { readContent, saysNothing } from './content.ts'
import type { Content } from './messages.ts'
import type { AppAnswer } from './signed-post.ts'
import { whole } from './web-api.ts'

export interface CommandReply {
  /** Absent when the app answered nothing, which is allowed. */
  content?: Content
  inChannel: boolean
  /** Slack reports a failure in its own name. */
  bySlackbot: boolean
}

export function commandReply(command: string, answer: AppAnswer): CommandReply {
  const failed = (error: string) => {
    const content = whole({ text: `${command} failed with the error "${error}"` })
    return { content, inChannel: false, bySlackbot: true }
  }
  if (answer.status === 0) return failed(answer.body)
  if (answer.status !== 200) return failed('dispatch_failed')

  let body: { text?: string; response_type?: string } = { text: answer.body }
  if (answer.contentType.includes('json')) {
    try {
      body = { ...JSON.parse(answer.body) }
    } catch {
      return failed('invalid_command_response')
    }
  }
  const read = readContent(body)
  if ('refused' in read) return failed(read.refused.error)
  const inChannel = body.response_type === 'in_channel'
  return { ...(saysNothing(read.said) ? {} : { content: whole(read.said) }), inChannel, bySlackbot: false }
}
