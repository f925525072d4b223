/** Forms of commands as modals: opened at once, filled in with help, checked at each field, kept when something is wrong. */

import { formCard } from '../../../cards/form.ts'
import type { View } from '../../../cards/view.ts'
import type { Clock } from '../../../clock.ts'
import { argumentsOf, usage } from '../../../commands/argument.ts'
import { fieldsOf, valuesOf } from '../../../commands/form.ts'
import { parseLine } from '../../../commands/grammar.ts'
import { optionsOf } from '../../../commands/lookup.ts'
import type { AnyCommand, FieldFault, Lookup } from '../../../commands/types.ts'
import { messageOf } from '../../../errors.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Log } from '../../../log.ts'
import type { Change } from '../inbound/types.ts'
import { isWord } from '../slack-error.ts'
import type { Place, Reply, SlackApi, SlackFile } from '../types.ts'
import type { Drawing } from './drawing.ts'
import { readFilled } from './form-state.ts'
import { type FormMeta, readMeta, writeMeta } from './meta.ts'
import { doneNote } from './notices.ts'

export type FormsDeps = {
  commands: readonly AnyCommand[]
  lab: Lab
  api: Pick<SlackApi, 'openModal' | 'updateModal'>
  clock: Clock
  log: Log
  draw: Drawing
}

type Values = Readonly<Record<string, string>>

export type Forms = {
  /** False when Slack did not open it: a click that is too old. Opened first, drawn afterwards, filled in with `values`. */
  open(
    command: AnyCommand,
    place: Place,
    file: SlackFile | null,
    reply: Reply,
    values?: Values,
  ): Promise<boolean>
  /** A field changed on which others depend. Never throws. */
  changed(change: Change): Promise<void>
  /** The form again, filled in as the line says, with what is wrong at each field. False: it was closed. */
  again(
    about: { line: string; place: Place; file: SlackFile | null; view: string },
    faults: readonly FieldFault[],
  ): Promise<boolean>
  /** A word in place of the form. False: it was closed. */
  note(view: string, title: string, note: View): Promise<boolean>
}

/** docs.slack.dev, opening modals: a trigger is good for 3 s. */
const TRIGGER_MS = 3_000

export function createForms({ commands, lab, api, clock, log, draw }: FormsDeps): Forms {
  function modal(meta: FormMeta, more: { values?: Values; faults?: readonly FieldFault[] }) {
    const command = commandNamed(meta.command, commands)
    if (command === null) return draw.note(meta.command, doneNote('There is no such form any more.'))
    const field = fileField(command)
    const known = field === null || meta.file === null ? {} : { [field]: meta.file.name }
    const values = { ...more.values, ...known }
    const view = formOf(command, Object.values(values), lab, commands)
    return draw.form(view, {
      meta: writeMeta(meta),
      values,
      faults: byField(more.faults ?? []),
      telling: tellingFields(command),
    })
  }

  async function update(id: string, drawn: Parameters<SlackApi['updateModal']>[1], hash: string | null) {
    try {
      await api.updateModal(id, drawn, hash)
      return true
    } catch (error) {
      // Closed, or drawn anew by a later change: both happen to every form.
      if (!isWord(error, 'not_found', 'hash_conflict'))
        log.warn({ error: messageOf(error) }, 'a form was not drawn')
      return false
    }
  }

  return {
    async open(command, place, file, { trigger, at }, values = {}) {
      if (trigger === null || clock.now() - at >= TRIGGER_MS) return false
      const meta = { command: command.name, place, file }
      const opened = await api
        .openModal(trigger, draw.loading(command.name, writeMeta(meta)))
        .catch((error: unknown) => {
          log.info({ command: command.name, error: messageOf(error) }, 'a form was not opened')
          return null
        })
      if (opened === null) return false
      await update(opened.id, modal(meta, { values }), opened.hash)
      return true
    },
    async changed({ view }) {
      const meta = readMeta(view.metadata)
      if (meta === null) return
      const values = fitting(meta.command, readFilled(view.state).values, commands, lab)
      await update(view.id, modal(meta, { values }), view.hash)
    },
    async again({ line, place, file, view }, faults) {
      const parsed = parseLine(line, commands)
      if (!parsed.ok) return false
      const { command, bound } = parsed
      const values = withoutFile(command, valuesOf(command, bound.raw))
      return await update(view, modal({ command: command.name, place, file }, { values, faults }), null)
    },
    note: async (view, title, note) => await update(view, draw.note(title, note), null),
  }
}

function byField(faults: readonly FieldFault[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    faults.map(({ field, label, message }) => [field === '' ? label : field, message]),
  )
}

export function commandNamed(name: string, commands: readonly AnyCommand[]): AnyCommand | null {
  return commands.find(command => command.name === name) ?? null
}

/** `beside`: what is filled in already. */
function formOf(
  command: AnyCommand,
  beside: readonly string[],
  lab: Lab,
  commands: readonly AnyCommand[],
): View {
  const fields = fieldsOf(command, lab, commands, beside)
  return formCard({ name: command.name, summary: command.summary, usage: usage(command) }, fields)
}

/** What a family decides on, and a board, is looked up anew when it is chosen. */
function tellingFields(command: AnyCommand): readonly string[] {
  const all = argumentsOf(command)
  const has = (lookup: Lookup): boolean => all.some(({ meta }) => meta.lookup === lookup)
  return all.flatMap(({ name, meta }) => {
    const tells =
      (meta.lookup === 'families' && has('boards')) || (meta.lookup === 'boards' && has('consoles'))
    return tells ? [name] : []
  })
}

export function fileField(command: AnyCommand): string | null {
  return argumentsOf(command).find(argument => argument.meta.file === true)?.name ?? null
}

export function withoutFile(command: AnyCommand, values: Values): Values {
  const name = fileField(command)
  return Object.fromEntries(Object.entries(values).filter(([field]) => field !== name))
}

/** Without a board of another family than the one that was just chosen. */
function fitting(name: string, values: Values, commands: readonly AnyCommand[], lab: Lab): Values {
  const command = commandNamed(name, commands)
  if (command === null) return values
  const misfits = new Set(misfitsOf(command, values, lab, commands).map(fault => fault.field))
  return Object.fromEntries(Object.entries(values).filter(([field]) => !misfits.has(field)))
}

/** Values that are there in the lab, but do not go with what is chosen beside them. */
export function misfitsOf(
  command: AnyCommand,
  values: Values,
  lab: Lab,
  commands: readonly AnyCommand[],
): readonly FieldFault[] {
  return argumentsOf(command).flatMap(({ name, meta }) => {
    const value = values[name]
    if (meta.lookup !== 'boards' || value === undefined) return []
    const beside = Object.entries(values).flatMap(([field, text]) => (field === name ? [] : [text]))
    const fits = optionsOf('boards', '', lab, commands, beside).some(option => option.value === value)
    const board = lab.board(value)
    if (fits || board === null) return []
    return [{ field: name, label: meta.label, message: `${value} is a board of ${board.config.family}.` }]
  })
}
