/** What both ways of using the terminal share: lines go to the dispatcher, replies and tellings to the screen. */

import { drawTopic } from '../../cards/topics.ts'
import type { Action, View } from '../../cards/view.ts'
import type { Asked, Dispatcher, Outcome } from '../../commands/dispatch.ts'
import { faultJson, faultView } from '../../commands/fault.ts'
import type { Exit, Fault } from '../../commands/types.ts'
import { InputError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Person } from '../../lab/types.ts'
import type { OutboxItem } from '../../mail/types.ts'
import { openLocalFile } from './files.ts'
import { parseTyped, type TypedLine } from './parse.ts'
import { render } from './render.ts'
import type { Screen } from './screen.ts'

export type Look = { columns: number | null; colour: boolean; json: boolean }

export type DeskDeps = {
  dispatcher: Dispatcher
  lab: Lab
  screen: Screen
  as: Person
  /** Paths are looked up from here. */
  folder: string
  look(): Look
}

export type Handled = { typed: TypedLine; outcome: Outcome | null; exit: Exit }

export type Desk = {
  /** One line to its printed reply. Never throws. */
  handle(typed: string): Promise<Handled>
  /** Runs a line that was not typed: a filled form. */
  submit(line: string, person: Person): Promise<Outcome>
  reply(outcome: Outcome): void
  show(view: View, compact: boolean): void
  tell(view: View, item: OutboxItem, compact: boolean): void
  /** How what a line started came out, where nobody is told of it: a switch of power, a file. */
  ended(topic: string, shown: View): Promise<void>
  lines(lines: readonly string[]): void
  /** Resolves when no line is being answered. */
  quiet(signal: AbortSignal): Promise<void>
}

/** Where a test's telling finds the way back to. */
const ORIGIN = { channel: 'terminal', place: 'terminal' } as const

export function createDesk(deps: DeskDeps): Desk {
  const { dispatcher, lab, screen, as, folder, look } = deps
  let buttons: readonly Action[] = []
  let answering: Promise<unknown> = Promise.resolve()

  async function ask(line: string, more: Partial<Asked>, person: Person): Promise<Outcome> {
    const file = (word: string): ReturnType<Asked['file']> => openLocalFile(word, folder)
    return await dispatcher.line({ line, person, origin: ORIGIN, file, ...more })
  }

  async function answer(typed: string): Promise<Handled> {
    const line = understood(typed, as)
    if (line.kind === 'wrong') return wrong(line.fault)
    if (line.kind === 'nothing' || line.kind === 'leave') return { typed: line, outcome: null, exit: 0 }
    const button = line.kind === 'press' ? buttons[line.number - 1] : undefined
    if (line.kind === 'press' && button === undefined) return wrong(noButton(line.number, buttons.length))
    const text = line.kind === 'press' ? (button?.line ?? '') : line.line
    const expect = button?.expect === undefined ? {} : { expect: button.expect }
    const outcome = await ask(
      text,
      { typed: line.kind === 'press' ? text : typed.trim(), ...expect },
      line.person,
    )
    reply(outcome)
    return { typed: line, outcome, exit: outcome.exit }
  }

  function wrong(fault: Fault): Handled {
    if (look().json) screen.print([JSON.stringify(faultJson(fault))])
    else show(faultView(fault), false)
    return { typed: { kind: 'nothing' }, outcome: null, exit: 3 }
  }

  function reply(outcome: Outcome): void {
    if (look().json)
      screen.print([JSON.stringify(outcome.kind === 'done' ? outcome.result : faultJson(outcome.fault))])
    else show(outcome.view, false)
  }

  function show(view: View, compact: boolean): void {
    const drawn = render(view, {
      ...look(),
      now: lab.now(),
      timeZone: lab.inventory().settings.timeZone,
      compact,
    })
    // A new card's buttons take the numbers; one without any leaves those of the last card as they are.
    if (drawn.buttons.length > 0) buttons = drawn.buttons
    // Cards stand apart; a single line needs no room around it.
    screen.print(drawn.lines.length > 1 ? [...drawn.lines, ''] : drawn.lines)
  }

  function tell(view: View, { topic, kind, to }: OutboxItem, compact: boolean): void {
    if (look().json) screen.print([JSON.stringify({ told: { topic, kind, to, text: view.summary } })])
    else show(view, compact)
  }

  async function ended(topic: string, shown: View): Promise<void> {
    if (!/^(power|transfer)\//.test(topic)) return
    const view = await drawTopic(topic, lab)
    if (view === null || shown.final === true) return
    if (look().json)
      screen.print([JSON.stringify({ told: { topic, kind: 'ended', to: as.id, text: view.summary } })])
    else show(view, false)
  }

  /** What is told about a line comes after its answer, however fast its work was. */
  function noted<T>(work: Promise<T>): Promise<T> {
    answering = work.catch(() => {})
    return work
  }

  return {
    handle: typed => noted(answer(typed)),
    submit: (line, person) => noted(ask(line, {}, person)),
    reply,
    show,
    tell,
    ended,
    lines: lines => screen.print(lines),
    async quiet(signal) {
      let last: Promise<unknown> | null = null
      while (last !== answering && !signal.aborted) {
        last = answering
        await last
      }
    },
  }
}

function understood(typed: string, as: Person): TypedLine | { kind: 'wrong'; fault: Fault } {
  try {
    return parseTyped(typed, as)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { code, message, hint } = error
    return { kind: 'wrong', fault: { decision: 'invalid', code, message, hint, failure: 'input' } }
  }
}

function noButton(number: number, last: number): Fault {
  const hint =
    last === 0
      ? 'No card with buttons was shown yet. Type help.'
      : `The last card with buttons has 1 to ${last}.`
  return {
    decision: 'invalid',
    code: 'no-button',
    message: `There is no button ${number}.`,
    hint,
    failure: 'input',
  }
}
