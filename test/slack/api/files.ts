import { type Json, recordsOf, textOf } from '../loose.ts'
import { addPosting, fileOf } from '../postings.ts'
import { Refused } from '../refused.ts'
import { addFile, type StoredFile } from '../workspace.ts'
import { type Call, needed, writable } from './call.ts'
import { threadOf } from './chat.ts'
import { refuseBadMessage } from './check.ts'

/** docs.slack.dev, reference/methods/files.* */

export function getUploadURLExternal(call: Call): Json {
  const { core, args, method } = call
  const name = needed(call, 'filename')
  const length = Number(args['length'])
  if (!Number.isInteger(length) || length <= 0) {
    core.workspace.complain('invalid_arguments', method, `length ${String(args['length'])}`)
    throw new Refused('invalid_arguments')
  }
  const file = addFile(core.workspace, name, new Uint8Array(0), core.workspace.bot.user)
  return { upload_url: `${core.base()}/upload/${file.id}?length=${length}`, file_id: file.id }
}

/** The share comes later than the answer: what is done with it must not count on it. */
export function completeUploadExternal(call: Call): Json {
  const { core, args } = call
  const files = recordsOf(args['files']).map(each =>
    uploaded(call, textOf(each['id']), textOf(each['title'])),
  )
  if (files.length === 0) needed(call, 'files')
  const channel = textOf(args['channel_id'])
  if (channel !== '') {
    const conversation = writable(call, channel)
    const thread = threadOf(call, conversation)
    const text = textOf(args['initial_comment'])
    if (text !== '') refuseBadMessage(core, call.method, { text }, 'post')
    const by = { user: core.workspace.bot.user, isByApp: true, subtype: 'file_share' }
    setImmediate(() => void addPosting(core, conversation, { ...by, thread, text, files }))
  }
  return { files: files.map(({ id, title }) => ({ id, title })) }
}

function uploaded({ core }: Call, id: string, title: string): StoredFile {
  const file = core.workspace.files.get(id)
  if (!file || file.bytes.length === 0) throw new Refused('file_not_found')
  if (title !== '') file.title = title
  return file
}

export function info(call: Call): Json {
  const file = known(call)
  return { file: fileOf(call.core, file), comments: [], response_metadata: { next_cursor: '' } }
}

export function remove(call: Call): Json {
  const file = known(call)
  if (file.owner !== call.core.workspace.bot.user) throw new Refused('cant_delete_file')
  call.core.workspace.files.delete(file.id)
  return {}
}

function known(call: Call): StoredFile {
  const file = call.core.workspace.files.get(needed(call, 'file'))
  if (!file) throw new Refused('file_not_found')
  return file
}
