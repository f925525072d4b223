/** A line and who typed it, to what came of it: understood, checked, allowed, confirmed, done, and written down. */

import { confirmCard } from '../cards/confirm.ts'
import { formCard } from '../cards/form.ts'
import { clean, plain } from '../cards/text.ts'
import { drawTopic } from '../cards/topics.ts'
import type { Field, View } from '../cards/view.ts'
import type { Clock } from '../clock.ts'
import { StaleError } from '../errors.ts'
import type { Lab } from '../lab/lab.ts'
import type { Callback, Origin, Person } from '../lab/types.ts'
import type { Log } from '../log.ts'
import { usage } from './argument.ts'
import { withAttached } from './attach.ts'
import { whereWords, writeDown } from './audit-entry.ts'
import type { Raw } from './bind.ts'
import { check } from './check.ts'
import { exitOf, faultOf, faultView, refusedFault } from './fault.ts'
import { fieldsOf, valuesOf } from './form.ts'
import { parseLine } from './grammar.ts'
import { wordsNamed } from './named.ts'
import type {
  AnyCommand,
  Caller,
  CommandContext,
  Danger,
  Exit,
  Expected,
  Fault,
  FieldFault,
  Followed,
} from './types.ts'
import { formatWords, type Word } from './words.ts'

export type Asked = {
  /** The command line. */
  line: string
  /** The line as it was typed, for the audit, where that is more. */
  typed?: string
  person: Person
  origin: Origin
  file: CommandContext['file']
  /** Names of the files that came with the line: one alone needs no word of its own. */
  attached?: readonly string[]
  /** Of the button that runs the line. */
  expect?: Expected
  confirmed?: boolean
  /** From where, for the audit, when the origin does not say it: an address. */
  where?: string
  /** Where the result of what it starts is posted; kept out of the line and of the audit, since it may hold a secret. */
  callback?: Callback
}

/** A command with its arguments by name, as programs call it; the values are what a person would type. */
export type Called = Omit<Asked, 'line' | 'typed' | 'attached'> & {
  command: AnyCommand
  raw: Raw
  /** What was wrong with them before they had names: told together with everything else that is. */
  faults?: readonly FieldFault[]
}

export type Outcome =
  | {
      kind: 'done'
      command: string
      result: unknown
      view: View
      started: string | null
      follows: Followed | null
      exit: Exit
    }
  /** It asks for its arguments; `fault` is for faces that cannot ask. */
  | { kind: 'form'; command: string; view: View; fields: readonly Field[]; fault: Fault; exit: Exit }
  | { kind: 'confirm'; command: string; view: View; fault: Fault; exit: Exit }
  | { kind: 'fault'; command: string | null; view: View; fault: Fault; exit: Exit }

export type Dispatcher = {
  readonly commands: readonly AnyCommand[]
  /** Never throws: whatever happens is an outcome, and every line is audited. */
  line(asked: Asked): Promise<Outcome>
  /** The same for arguments that have names already; there is no form to be asked for. */
  call(called: Called): Promise<Outcome>
}

export type DispatcherDeps = { commands: readonly AnyCommand[]; lab: Lab; log: Log; clock: Clock }

type Request = {
  command: AnyCommand
  words: readonly Word[]
  args: unknown
  ctx: CommandContext
  asked: Asked
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { commands, lab, log } = deps

  async function line(asked: Asked): Promise<Outcome> {
    let args: unknown = null
    const seen = (value: unknown): void => {
      args = value
    }
    const outcome = await answer(asked, seen).catch((error: unknown) => failed(null, error, asked))
    await audit(deps, asked, args, outcome)
    return outcome
  }

  async function call({ command, raw, faults = [], ...rest }: Called): Promise<Outcome> {
    const asked: Asked = { ...rest, line: formatWords(wordsNamed(command, raw)) }
    const outcome = await called(command, raw, faults, asked).catch((error: unknown) =>
      failed(null, error, asked),
    )
    await audit(deps, asked, raw, outcome)
    return outcome
  }

  async function called(
    command: AnyCommand,
    raw: Raw,
    faults: readonly FieldFault[],
    asked: Asked,
  ): Promise<Outcome> {
    const words = wordsNamed(command, raw)
    const checked = check(command, { raw, sources: new Map(), faults, strays: [] }, words, lab, commands)
    if (!checked.ok) return faulty(command.name, checked.fault)
    return await act({ command, words, args: checked.args, ctx: contextOf(asked, false), asked })
  }

  async function answer(asked: Asked, seen: (args: unknown) => void): Promise<Outcome> {
    const parsed = parseLine(withAttached(asked.line, asked.attached ?? [], commands), commands)
    if (!parsed.ok) return faulty(null, parsed.fault)
    const { command, words, bound } = parsed
    seen(bound.raw)
    if (parsed.bare && command.form === true) return asForm(command, bound.raw, lab, commands)
    const checked = check(command, bound, words, lab, commands)
    if (!checked.ok) return faulty(command.name, checked.fault)
    const ctx = contextOf(asked, parsed.confirmed)
    return await act({ command, words, args: checked.args, ctx, asked })
  }

  function contextOf(asked: Asked, confirmed: boolean): CommandContext {
    const { person, origin, file, expect, callback } = asked
    const caller: Caller = { person, role: lab.roleOf(person), origin }
    const ctx = { caller, lab, file, confirmed: confirmed || asked.confirmed === true, commands }
    return {
      ...ctx,
      ...(expect === undefined ? {} : { expect }),
      ...(callback === undefined ? {} : { callback }),
    }
  }

  async function act(request: Request): Promise<Outcome> {
    const { command, args, ctx, asked } = request
    try {
      const refused = command.allow(ctx.caller, args, lab)
      if (refused !== null) return faulty(command.name, refusedFault(refused))
      const danger = command.danger?.(ctx.caller, args, lab) ?? null
      const moved = asked.expect === undefined ? null : await drawMoved(asked.expect, ctx, lab)
      if (danger !== null && (!ctx.confirmed || moved !== null))
        return asQuestion(request, danger, moved !== null)
      if (moved !== null) return stale(command.name, moved)
      return await run(request)
    } catch (error) {
      return await failed(command.name, error, asked)
    }
  }

  async function run({ command, args, ctx, asked }: Request): Promise<Outcome> {
    const result: unknown = command.result.parse(await command.run(args, ctx))
    const started = command.started?.(result) ?? null
    try {
      const view = await command.show(result, ctx)
      const follows = command.follows?.(result) ?? null
      return {
        kind: 'done',
        command: command.name,
        result,
        view,
        started,
        follows,
        exit: command.exit?.(result) ?? 0,
      }
    } catch (error) {
      // What was asked for is done and on disk; only its picture is missing.
      const about = started === null ? { line: asked.line } : { line: asked.line, safe: safeWords(started) }
      return faulty(command.name, faultOf(error, log, about))
    }
  }

  async function failed(command: string | null, error: unknown, asked: Asked): Promise<Outcome> {
    const fault = faultOf(error, log, { line: asked.line })
    const { expect } = asked
    const view =
      error instanceof StaleError && expect !== undefined ? await freshCard(expect, asked.person) : null
    return view === null
      ? faulty(command, fault)
      : { kind: 'fault', command, fault, view: withNote(view, fault.message), exit: exitOf(fault) }
  }

  async function freshCard(expect: Expected, viewer: Person): Promise<View | null> {
    return await drawTopic(expect.topic, lab, viewer).catch(() => null)
  }

  return { commands, line, call }
}

function faulty(command: string | null, fault: Fault): Outcome {
  return { kind: 'fault', command, fault, view: faultView(fault), exit: exitOf(fault) }
}

function asForm(command: AnyCommand, raw: Raw, lab: Lab, commands: readonly AnyCommand[]): Outcome {
  const fields = filled(fieldsOf(command, lab, commands), valuesOf(command, raw))
  const view = formCard({ name: command.name, summary: command.summary, usage: usage(command) }, fields)
  const fault: Fault = {
    decision: 'allowed',
    code: 'input',
    message: `${command.name} needs its arguments.`,
    hint: `It is typed: ${usage(command)}`,
    failure: 'input',
  }
  return { kind: 'form', command: command.name, view, fields, fault, exit: exitOf(fault) }
}

function filled(fields: readonly Field[], values: Readonly<Record<string, string>>): readonly Field[] {
  return fields.map(field => {
    const value = values[field.name]
    return value === undefined ? field : { ...field, initial: value }
  })
}

function asQuestion({ command, words }: Request, danger: Danger, moved: boolean): Outcome {
  const line = confirmedLine(words)
  const { title, text } = danger
  const view = confirmCard({ ...danger, line, moved })
  const fault: Fault = {
    decision: 'allowed',
    code: 'needs-confirmation',
    message: `${title} ${text}`,
    hint: `To do it: ${line}`,
    failure: 'input',
  }
  return { kind: 'confirm', command: command.name, view, fault, exit: exitOf(fault) }
}

function confirmedLine(words: readonly Word[]): string {
  const end = words.findIndex(word => !word.quoted && word.text === '--')
  const at = end === -1 ? words.length : end
  return formatWords([...words.slice(0, at), { text: '--yes', quoted: false }, ...words.slice(at)])
}

/** The card as it is now when it is no longer what the button was drawn from; null when nothing moved. */
async function drawMoved(
  expect: Expected,
  { caller }: CommandContext,
  lab: Lab,
): Promise<View | 'gone' | null> {
  const view = await drawTopic(expect.topic, lab, caller.person)
  if (view === null) return 'gone'
  return view.rev === expect.rev ? null : view
}

const MOVED = 'This moved on since it was shown: nothing was done.'

function stale(command: string, moved: View | 'gone'): Outcome {
  const hint = moved === 'gone' ? 'It is no longer there.' : 'Here is how it is now.'
  const fault: Fault = { decision: 'invalid', code: 'stale', message: MOVED, hint, failure: 'input' }
  const view = moved === 'gone' ? faultView(fault) : withNote(moved, `${MOVED} ${hint}`)
  return { kind: 'fault', command, fault, view, exit: exitOf(fault) }
}

function withNote(view: View, note: string): View {
  return {
    ...view,
    summary: `${clean(note)} ${view.summary}`,
    parts: [{ t: 'text', runs: [plain(note)] }, ...view.parts],
  }
}

function safeWords(started: string): string {
  const [kind, id] = started.split('/')
  if (kind === 'run') return `Your test ${id} is queued and safe.`
  return kind === 'lease' ? `Your lease ${id} is kept.` : 'What you asked for goes on.'
}

async function audit(deps: DispatcherDeps, asked: Asked, args: unknown, outcome: Outcome): Promise<void> {
  const isPrivate = deps.commands.some(each => each.name === outcome.command && each.private === true)
  await writeDown(deps, {
    who: asked.person,
    where: asked.where ?? whereWords(asked.origin),
    line: asked.typed ?? asked.line,
    args,
    fault: outcome.kind === 'done' ? null : outcome.fault,
    said: isPrivate ? 'answered to the asker alone' : outcome.view.summary,
  })
}
