/** A form that was sent: what is wrong is said at its fields while Slack waits; else it is the line that it stands for. */

import { shorten } from '../../../cards/text.ts'
import { argumentsOf } from '../../../commands/argument.ts'
import { withAttached } from '../../../commands/attach.ts'
import { check } from '../../../commands/check.ts'
import { lineOf } from '../../../commands/form.ts'
import { parseLine } from '../../../commands/grammar.ts'
import type { AnyCommand, FieldFault } from '../../../commands/types.ts'
import { parseWords } from '../../../commands/words.ts'
import { InputError } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Submission, Submitted } from '../inbound/types.ts'
import type { Heard, SlackFile } from '../types.ts'
import type { Drawing } from './drawing.ts'
import { blockOf, blocksOf, type Filled, readFilled } from './form-state.ts'
import { commandNamed, fileField, misfitsOf, withoutFile } from './forms.ts'
import { type FormMeta, readMeta } from './meta.ts'
import { workingNote } from './notices.ts'

export type FormHeard = Extract<Heard, { kind: 'form' }>

export type SubmittedDeps = {
  commands: readonly AnyCommand[]
  lab: Lab
  draw: Drawing
}

const LONGEST_ERROR = 300
const OUT_OF_DATE = 'This form is of an older bot: close it, and open it again.'

/** Waits for nothing: Slack shows what is wrong only when it is told so within 3 s. */
export function submitted(sent: Submission, deps: SubmittedDeps): Submitted {
  const meta = readMeta(sent.view.metadata)
  const command = meta === null ? null : commandNamed(meta.command, deps.commands)
  if (meta === null || command === null) return { errors: outOfDate(sent) }
  const filled = readFilled(sent.view.state)
  const files = filesOf(command, filled, meta)
  const read = lineFrom(command, filled, files, deps)
  if ('faults' in read) return { errors: errorsOf(sent, read.faults) }
  const { line } = read
  return {
    heard: heardOf(sent, meta, line, files),
    answer: { response_action: 'update', view: deps.draw.note(command.name, workingNote(line)) },
  }
}

function outOfDate({ view }: Submission): Readonly<Record<string, string>> {
  return { [Object.keys(blocksOf(view.state))[0] ?? blockOf('')]: OUT_OF_DATE }
}

/** What was chosen now, before what was known when the form was opened. */
function filesOf(command: AnyCommand, { files }: Filled, meta: FormMeta): readonly SlackFile[] {
  const field = fileField(command)
  const chosen = files.flatMap(each => (each.field === field ? [each.file] : []))
  return chosen.length > 0 || meta.file === null ? chosen : [meta.file]
}

type Read = { line: string } | { faults: readonly FieldFault[] }

function lineFrom(
  command: AnyCommand,
  filled: Filled,
  files: readonly SlackFile[],
  { commands, lab }: SubmittedDeps,
): Read {
  const unclosed = unclosedIn(command, filled)
  if (unclosed.length > 0) return { faults: unclosed }
  const names = files.map(file => file.name)
  // A file that was chosen is meant, even where it does not go with the rest; one that was known is meant where it fits.
  const field = fileField(command)
  const chosen = filled.files.find(each => each.field === field)?.file.name
  const values = {
    ...withoutFile(command, filled.values),
    ...(field === null || chosen === undefined ? {} : { [field]: chosen }),
  }
  const line = withAttached(lineOf(command, values), names, commands)
  const parsed = parseLine(line, commands)
  if (!parsed.ok) return { faults: [{ field: '', label: command.name, message: parsed.fault.message }] }
  const checked = check(command, parsed.bound, parsed.words, lab, commands)
  if (!checked.ok) return { faults: butForFile(checked.fault.fields ?? [], files, field) }
  const misfits = misfitsOf(command, values, lab, commands)
  return misfits.length > 0 ? { faults: misfits } : { line }
}

/** A file that is there is not put into a line that is wrong elsewhere, and is not missing for that. */
function butForFile(
  faults: readonly FieldFault[],
  files: readonly SlackFile[],
  field: string | null,
): readonly FieldFault[] {
  const others = faults.filter(fault => fault.field !== field)
  return files.length > 0 && others.length > 0 ? others : faults
}

/** Lists are words, and a quote in them may be left open. */
function unclosedIn(command: AnyCommand, { values }: Filled): readonly FieldFault[] {
  return argumentsOf(command).flatMap(({ name, shape, meta }) => {
    if (shape !== 'list' && shape !== 'pairs') return []
    try {
      parseWords(values[name] ?? '')
      return []
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      return [{ field: name, label: meta.label, message: `${error.message}. ${error.hint}` }]
    }
  })
}

/** Slack takes errors of blocks that the form has and that hold something, one a block. */
function errorsOf({ view }: Submission, faults: readonly FieldFault[]): Readonly<Record<string, string>> {
  const blocks = Object.keys(blocksOf(view.state))
  const errors: Record<string, string> = {}
  for (const { field, label, message } of faults) {
    const isThere = blocks.includes(blockOf(field))
    const block = isThere ? blockOf(field) : (blocks[0] ?? blockOf(field))
    const words = isThere ? message : `${label} ${message}`
    errors[block] = shorten(
      [errors[block], words].filter(text => text !== undefined).join(' '),
      LONGEST_ERROR,
    )
  }
  return errors
}

function heardOf(
  { by, view, reply }: Submission,
  { place }: FormMeta,
  line: string,
  files: readonly SlackFile[],
): FormHeard {
  return { kind: 'form', by, place, line, files, view: view.id, reply }
}
