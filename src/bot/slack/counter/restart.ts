/** What was in hand when the bot was stopped: found to be done, done again where that harms nobody, or told. */

import { drawTopic } from '../../../cards/topics.ts'
import type { View } from '../../../cards/view.ts'
import type { Millis } from '../../../clock.ts'
import { LabError } from '../../../errors.ts'
import type { LostWhy } from '../inbound/types.ts'
import type { Heard, SlackFile } from '../types.ts'
import { type LineHeard, placeOf } from './carry.ts'
import type { Desk } from './counter.ts'
import { takeHere, withoutFlag } from './here.ts'
import { lineOf, madeBy } from './lines.ts'
import { doneNote, firstLine, interruptedNote, lostNote, missedNote } from './notices.ts'
import type { FormHeard } from './submitted.ts'
import { deedOf } from './visibility.ts'

/** A question that is older is asked again by whoever still wants to know. */
const FRESH_MS: Millis = 10 * 60_000

/** It was begun. `again` carries it out, and finds what was posted before. Throws while nobody can be told. */
export async function answerAgain(
  desk: Desk,
  heard: Heard,
  key: string,
  again: () => Promise<void>,
): Promise<void> {
  if (heard.kind === 'shortcut') return await tellMissed(desk, heard, key)
  if (heard.kind !== 'line' && heard.kind !== 'form') return await again()
  const line = lineIn(desk, heard)
  const read = desk.lines.read(line)
  // What only asks may be asked twice, and a line that is none did nothing.
  if (read === null || isHarmless(desk, line)) {
    if (desk.clock.now() - heard.reply.at <= FRESH_MS) return await again()
    return await tellMissed(desk, heard, key)
  }
  const made = await madeBy(key, desk.lab)
  if (made !== null) return await showMade(desk, heard, key, made)
  await insist(desk, heard, key, asked => interruptedNote(asked, lookAt(read.bound.raw)))
}

/** The test or lease is there: it was stored, and only its answer is owed. */
async function showMade(desk: Desk, heard: LineHeard | FormHeard, key: string, made: string): Promise<void> {
  const view = await drawTopic(made, desk.lab, await desk.lines.person(heard.by))
  const command = desk.lines.read(lineIn(desk, heard))?.command.name
  if (view === null || command === undefined) return
  const { by } = heard
  const place = await placeOf(desk, heard)
  const talk = desk.talk({ ...heard, place }, key, true)
  if (heard.kind === 'form') await desk.forms.note(heard.view, command, doneNote(firstLine(view)))
  await desk.answers.give(
    { kind: 'done', command, result: null, view, started: made, follows: null, exit: 0 },
    {
      by,
      place,
      line: lineIn(desk, heard),
      talk,
      here: false,
      bare: false,
      expect: null,
      confirmed: false,
      clicked: null,
      isAtHome: false,
    },
  )
}

function lineIn(desk: Desk, heard: LineHeard | FormHeard): string {
  const isTyped = heard.kind === 'line' && heard.how !== 'click'
  return takeHere(isTyped ? lineOf(heard, desk).line : heard.line).line
}

function isHarmless(desk: Desk, line: string): boolean {
  const read = desk.lines.read(line)
  if (read === null) return true
  const deed = deedOf(read.command)
  return deed === 'question' || deed === 'follow' || (read.bare && read.command.form === true)
}

/** Where one sees how things are now. */
function lookAt(raw: Readonly<Record<string, unknown>>): string {
  const { id, board } = raw
  if (typeof board === 'string') return `boards show ${board}`
  if (typeof id === 'string') return /^t/i.test(id) ? `tests show ${id}` : 'lease list'
  return 'status'
}

/** It was never begun, and is too old to be done now without being asked for again. Throws while nobody can be told. */
export async function tellMissed(desk: Desk, heard: Heard, key: string): Promise<void> {
  await insist(desk, heard, key, missedNote)
}

/**
 * It was acknowledged, and then could not be stored, or came too late. A question harms nobody: `ask` answers it all
 * the same. Throws while nobody can be told.
 */
export async function tellLost(
  desk: Desk,
  heard: Heard,
  why: LostWhy,
  key: string,
  ask: () => Promise<void>,
): Promise<void> {
  const isQuestion = heard.kind === 'home' || (heard.kind === 'line' && isAsking(desk, lineIn(desk, heard)))
  if (why === 'not stored' && isQuestion) return await ask()
  await insist(desk, heard, `${key}/lost`, line => lostNote(line, why))
}

function isAsking(desk: Desk, line: string): boolean {
  const command = desk.lines.read(line)?.command
  return command === undefined || deedOf(command) === 'question'
}

async function insist(desk: Desk, heard: Heard, key: string, noteOf: (line: string) => View): Promise<void> {
  if (heard.kind !== 'line' && heard.kind !== 'form' && heard.kind !== 'shortcut') return
  const { line, files } = askedBy(desk, heard)
  const view = noteOf(line)
  // The button that does it again brings no files.
  desk.kept.keep(heard.by.id, line, files)
  // The form may stand there still, saying that it is worked on.
  if (heard.kind === 'form') await desk.forms.note(heard.view, 'Boardroom', view)
  if (await desk.talk(heard, key, true, false).tell(view)) return
  throw new LabError('not-told', 'an asker could not be told in any way', {
    hint: 'It is tried again.',
    failure: 'infrastructure',
  })
}

type Asked = { line: string; files: readonly SlackFile[] }

function askedBy(desk: Desk, heard: Extract<Heard, { kind: 'line' | 'form' | 'shortcut' }>): Asked {
  if (heard.kind !== 'shortcut') {
    const line = lineIn(desk, heard)
    // What was confirmed was so then: whoever does it again is asked again.
    return { line: withoutFlag(line, '--yes') ?? line, files: heard.files }
  }
  return { line: 'run-test', files: heard.file === null ? [] : [heard.file] }
}
