import { refuseBadMessage } from './api/check.ts'
import type { Core } from './core.ts'
import { blocksWithIds } from './elements.ts'
import { recordOf, recordsOf, textOf } from './loose.ts'
import { addPosting } from './postings.ts'
import { Refused } from './refused.ts'
import type { Conversation } from './workspace.ts'

/** What an acknowledgement of a slash command says is shown: to whoever typed it, or in the channel. */
export function takeCommandAnswer(core: Core, user: string, conversation: Conversation, body: unknown): void {
  const answer = typeof body === 'string' ? { text: body } : recordOf(body)
  if (Object.keys(answer).length === 0 || answer['text'] === '') return
  try {
    refuseBadMessage(core, 'slash_commands', answer, 'respond')
  } catch (error) {
    // Slack shows nothing then; that it was refused is among the complaints.
    if (error instanceof Refused) return
    throw error
  }
  const isForAll = answer['response_type'] === 'in_channel'
  addPosting(core, conversation, {
    ...{ user: core.workspace.bot.user, isByApp: true, text: textOf(answer['text']) },
    blocks: blocksWithIds(core.workspace, recordsOf(answer['blocks'])),
    onlyFor: isForAll ? null : user,
  })
}
