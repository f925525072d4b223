/** A line, a form or a file that was heard: carried out, and answered. */

import { usage } from '../../../commands/argument.ts'
import type { Outcome } from '../../../commands/dispatch.ts'
import { valuesOf } from '../../../commands/form.ts'
import type { Asker, Heard, Place, Reply, SlackFile } from '../types.ts'
import type { Answering } from './answer.ts'
import type { Desk } from './counter.ts'
import { withoutFile } from './forms.ts'
import { takeHere, withFlag } from './here.ts'
import { lineOf, type Read } from './lines.ts'
import {
  brokeOff,
  confirmElsewhere,
  doneNote,
  firstLine,
  formOffer,
  leftLines,
  noFileNote,
  pressedTwice,
  withFormOffer,
} from './notices.ts'
import { makesNew } from './presses.ts'
import type { FormHeard } from './submitted.ts'
import type { Talk } from './talk.ts'

export type LineHeard = Extract<Heard, { kind: 'line' }>

export async function carryLine(desk: Desk, heard: LineHeard, key: string, again: boolean): Promise<void> {
  const { by, how, reply } = heard
  const talk = desk.talk(heard, key, again)
  const { line: typed, left } = how === 'click' ? { line: heard.line, left: 0 } : lineOf(heard, desk)
  const { line, here } = takeHere(typed === '' ? 'help' : typed)
  const files = heard.files.length > 0 ? heard.files : desk.kept.of(by.id, line)
  const read = desk.lines.read(line)
  if (read?.bare === true && read.command.form === true)
    return await openForm(
      desk,
      { read, line, typed, by, place: heard.place, file: files[0] ?? null, reply, key },
      talk,
    )
  if (isSlip(desk, heard, line)) return void (await talk.tell(pressedTwice(line)))
  talk.working(line)
  try {
    await answerLine(desk, heard, { line, here, typed, files, key }, talk)
  } catch (error) {
    await talk.close(brokeOff())
    throw error
  }
  await talk.close(doneNote('Done.'))
  if (left > 0) await talk.tell(leftLines(line, left))
}

type Asking = { line: string; here: boolean; typed: string; files: readonly SlackFile[]; key: string }

async function answerLine(desk: Desk, heard: LineHeard, asking: Asking, talk: Talk): Promise<void> {
  const { by, how, expect, message } = heard
  const { line, here, typed, files, key } = asking
  const read = desk.lines.read(line)
  const place = await placeOf(desk, heard)
  const asked = await desk.lines.ask({ line, typed, by, place, files, expect, key })
  const outcome = withForm(desk, asked, line)
  keepFiles(desk, by.id, outcome, files)
  if (outcome.kind !== 'done') desk.presses.forget(by.id, message?.ts ?? null, line)
  const to: Answering = {
    ...{ by, place, line, here, expect, talk },
    bare: read?.bare === true,
    confirmed: read?.confirmed === true,
    clicked: how === 'click' ? message : null,
    isAtHome: place !== heard.place,
  }
  await desk.answers.give(outcome, to)
  if (outcome.kind === 'done') desk.tab.touch(by.id)
}

/** What was typed is not typed again: the form opens with it, and asks for what is missing, a file too. */
function withForm({ dispatcher: { commands } }: Desk, outcome: Outcome, line: string): Outcome {
  const command = commands.find(each => each.name === outcome.command)
  if (outcome.kind !== 'fault' || command?.form !== true || outcome.fault.fields === undefined) return outcome
  const filled = withFlag(line, '--form')
  return filled === null ? outcome : { ...outcome, view: withFormOffer(outcome.view, filled) }
}

function isSlip({ lines, presses }: Desk, { how, by, message }: LineHeard, line: string): boolean {
  const command = lines.read(line)?.command
  if (how !== 'click' || command === undefined || !makesNew(command)) return false
  return presses.isRepeat(by.id, message?.ts ?? null, line)
}

/** The Home tab is in no channel: what is asked there is between the bot and whoever asked. */
export async function placeOf({ api }: Desk, { by, place }: { by: Asker; place: Place }): Promise<Place> {
  return place.channel === by.id ? { ...place, channel: await api.direct(by.id) } : place
}

/** The button of a question, or of what was probably meant, runs a line of its own, and a click brings no files. */
function keepFiles({ kept }: Desk, user: string, outcome: Outcome, files: readonly SlackFile[]): void {
  if (outcome.kind === 'done') return
  for (const part of outcome.view.parts)
    if (part.t === 'actions') for (const { line } of part.items) kept.keep(user, line, files)
}

type FormWanted = {
  read: Read
  line: string
  /** As it was heard, for the audit. */
  typed: string
  by: Asker
  place: Place
  file: SlackFile | null
  reply: Reply
  key: string
}

/** At once, before anything else is waited for: the click is good for 3 s. */
async function openForm(desk: Desk, wanted: FormWanted, talk: Talk): Promise<void> {
  const { read, line, typed, by, place, file, reply, key } = wanted
  const { command, bound } = read
  const values = withoutFile(command, valuesOf(command, bound.raw))
  const opening = desk.forms.open(command, place, file, reply, values)
  // The dispatcher would answer with the form as well; it is asked so that the line is written down.
  const asking = desk.lines.ask({ line, typed, by, place, files: [], expect: null, key })
  const [isOpen] = await Promise.all([opening, asking])
  if (isOpen) return
  if (file !== null) desk.kept.keep(by.id, line, [file])
  await talk.tell(formOffer(command.name, line, usage(command)))
}

/** "Run this file on a board." */
export async function startWith(
  desk: Desk,
  heard: Extract<Heard, { kind: 'shortcut' }>,
  key: string,
): Promise<void> {
  const { by, place, file, reply } = heard
  const talk = desk.talk(heard, key, false)
  const line = 'run-test'
  const read = desk.lines.read(line)
  if (file === null || read === null) return void (await talk.tell(noFileNote()))
  await openForm(desk, { read, line, typed: line, by, place, file, reply, key }, talk)
}

export async function carryForm(desk: Desk, heard: FormHeard, key: string, again: boolean): Promise<void> {
  const { by, line, files, view } = heard
  const place = await placeOf(desk, heard)
  const talk = desk.talk({ ...heard, place }, key, again)
  const title = desk.lines.read(line)?.command.name ?? 'Form'
  const outcome = await desk.lines.ask({ line, typed: line, by, place, files, expect: null, key })
  const faults = outcome.kind === 'fault' ? (outcome.fault.fields ?? []) : []
  if (faults.length > 0) {
    const form = { line, place: heard.place, file: files[0] ?? null, view }
    if (!(await desk.forms.again(form, faults))) await talk.tell(outcome.view)
    return
  }
  keepFiles(desk, by.id, outcome, files)
  const isShown = await desk.forms.note(view, title, noteOf(outcome))
  // What is refused is read in the form, where that is still open.
  if (outcome.kind === 'fault' && isShown) return
  await desk.answers.give(outcome, {
    ...{ by, place, line, talk, here: false, bare: false, expect: null },
    ...{ confirmed: false, clicked: null, isAtHome: false },
  })
  // Whoever closed the form looks elsewhere by now.
  if (outcome.kind === 'done' && !isShown && !place.isDirect)
    await talk.direct(doneNote(firstLine(outcome.view)))
  if (outcome.kind === 'done') desk.tab.touch(by.id)
}

function noteOf(outcome: Outcome) {
  if (outcome.kind === 'confirm') return confirmElsewhere()
  return outcome.kind === 'done' ? doneNote(firstLine(outcome.view)) : outcome.view
}
