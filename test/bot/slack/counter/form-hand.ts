import type { SentView, Submission } from '../../../../src/bot/slack/inbound/types.ts'
import { NOON } from '../../../commands/lab-port.ts'
import type { Modal } from './recorded-slack.ts'
import { type Stage, typed } from './stage.ts'

/** A person at a form, as Slack tells of them. */

export const MEI = { id: 'UMEI', name: 'mei' }

export function clicked({ slack }: Stage): { responseUrl: string; trigger: string; at: number } {
  return { responseUrl: 'https://hooks.slack.com/f', trigger: slack.trigger(), at: NOON }
}

export function onlyModal({ slack }: Stage): Modal {
  const [modal] = slack.modals.values()
  if (modal === undefined) throw new Error('no modal is open')
  return modal
}

export const input = (value: string): object => ({ v: { type: 'plain_text_input', value } })
export const chosen = (value: string): object => ({
  lookup: { type: 'external_select', selected_option: { value } },
})
export const uploaded = (name: string): object => ({
  v: {
    type: 'file_input',
    files: [{ id: `F${name}`, name, size: 5, url_private_download: `https://files/${name}` }],
  },
})

export function sentView(modal: Modal, values: Record<string, object>): SentView {
  const { id, hash, callback, meta } = modal
  return { id, hash, callbackId: callback, metadata: meta, state: { values } }
}

export function sent(modal: Modal, values: Record<string, object>): Submission {
  return { by: MEI, view: sentView(modal, values), reply: { responseUrl: null, trigger: null, at: NOON } }
}

/** The form of run-test, opened by a slash command. */
export async function openRunTest(on: Stage): Promise<void> {
  await on.hear(typed('/run-test', { reply: clicked(on) }))
}
