/** The prompt: history, buttons by number, forms by question, cards of what was started shown again as they change. */

import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../clock.ts'
import type { Dispatcher, Outcome } from '../../commands/dispatch.ts'
import { lineOf } from '../../commands/form.ts'
import { InputError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Person } from '../../lab/types.ts'
import type { LiveCards } from '../live-cards.ts'
import { askFields, type Values } from './ask.ts'
import { completer } from './complete.ts'
import type { Desk, Handled } from './desk.ts'
import { follow } from './follow.ts'
import type { Screen } from './screen.ts'

export type InteractiveDeps = {
  desk: Desk
  dispatcher: Dispatcher
  lab: Lab
  clock: Clock
  live: LiveCards
  screen: Screen
  input: Readable
  output: Writable
  as: Person
  /** The end of the input does not end it: the bot goes on without a prompt. */
  stays: boolean
  signal: AbortSignal
}

/** Resolves when the person left. */
export async function runInteractive(deps: InteractiveDeps): Promise<void> {
  const { desk, screen, signal } = deps
  const prompt = createPrompt(deps)
  const followers = new Set<AbortController>()
  const onAbort = (): void => prompt.close()
  signal.addEventListener('abort', onAbort, { once: true })
  prompt.onInterrupt(() => {
    for (const follower of followers) follower.abort()
    return followers.size > 0
  })
  for (let line = await prompt.next(); line !== null; line = await prompt.next()) {
    const handled = await desk.handle(line)
    if (handled.typed.kind === 'leave') break
    await afterwards(handled, prompt, followers, deps)
  }
  const left = prompt.left()
  prompt.close()
  for (const follower of followers) follower.abort()
  signal.removeEventListener('abort', onAbort)
  if (left === 'end' && deps.stays && !signal.aborted) {
    screen.print(['The bot goes on without a prompt; stop it with Ctrl-C.'])
    await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
}

async function afterwards(
  handled: Handled,
  prompt: Prompt,
  followers: Set<AbortController>,
  deps: InteractiveDeps,
): Promise<void> {
  const { desk, lab, clock, live, screen } = deps
  let { outcome } = handled
  if (outcome?.kind === 'form') {
    const person =
      handled.typed.kind === 'command' || handled.typed.kind === 'press' ? handled.typed.person : deps.as
    outcome = await fillIn(outcome, person, prompt, deps)
  }
  if (outcome?.kind !== 'done') return
  if (outcome.started === outcome.view.topic) live.track(outcome.view)
  if (outcome.follows === null) return
  const follower = new AbortController()
  followers.add(follower)
  const done = follow(outcome.follows, { lab, clock, print: lines => screen.print(lines) }, follower.signal)
  const { kind, id } = outcome.follows
  if (kind === 'run') {
    const signal = AbortSignal.any([deps.signal, follower.signal])
    void lab
      .ending(`run/${id}`, signal)
      .catch(() => null)
      .then(() => follower.abort())
  }
  void done.then(() => followers.delete(follower))
  const goesOn = kind === 'run' ? 'the test goes on' : 'the board is recorded all the same'
  desk.lines([`Following; Ctrl-C stops following, ${goesOn}.`])
}

type FormOutcome = Extract<Outcome, { kind: 'form' }>

/** Asks until the line is accepted or the person gives up; fields that were wrong are asked again. */
async function fillIn(
  form: FormOutcome,
  person: Person,
  prompt: Prompt,
  deps: InteractiveDeps,
): Promise<Outcome | null> {
  const { desk, dispatcher } = deps
  const command = dispatcher.commands.find(each => each.name === form.command)
  if (command === undefined) return null
  let fields = form.fields
  let values: Values = {}
  for (;;) {
    const answers = await askFields(fields, values, prompt.ask, desk.lines)
    if (answers === null) return null
    values = answers
    const line = lineFrom(command, values)
    desk.lines([`= ${line}`])
    const outcome = await desk.submit(line, person)
    desk.reply(outcome)
    const wrong = outcome.kind === 'fault' ? (outcome.fault.fields ?? []).map(each => each.field) : []
    fields = form.fields.filter(field => wrong.includes(field.name))
    if (fields.length === 0) return outcome
  }
}

/** A quote that somebody left open in a list is passed on, for the grammar to point at. */
function lineFrom(command: Parameters<typeof lineOf>[0], values: Values): string {
  try {
    return lineOf(command, values)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return `${command.name} ${Object.values(values).join(' ')}`
  }
}

type Prompt = {
  /** The next line; null at the end of the input or when the person left. */
  next(): Promise<string | null>
  ask(question: string): Promise<string | null>
  /** Called by Ctrl-C on an empty line; true when that was enough. */
  onInterrupt(handler: () => boolean): void
  left(): 'end' | 'asked' | null
  close(): void
}

const HISTORY = 500

function createPrompt({ dispatcher, lab, screen, input, output, as }: InteractiveDeps): Prompt {
  const usual = `${as.name}> `
  const readline = createInterface({
    input,
    output,
    terminal: true,
    prompt: usual,
    historySize: HISTORY,
    removeHistoryDuplicates: true,
    completer: completer(dispatcher.commands, lab),
  })
  const waiting: string[] = []
  let wanted: ((line: string | null) => void) | null = null
  let interrupted: () => boolean = () => false
  let left: 'end' | 'asked' | null = null
  let warned = false

  screen.around({ before: () => clearLine(output), after: () => wanted !== null && readline.prompt(true) })
  const give = (line: string | null): void => {
    const taker = wanted
    wanted = null
    taker?.(line)
  }
  readline.on('line', line => {
    warned = false
    if (wanted === null) waiting.push(line)
    else give(line)
  })
  readline.on('SIGINT', () => {
    if (readline.getPrompt() !== usual) return give(null)
    if (readline.line !== '' || interrupted()) return restart(readline, output)
    if (warned) {
      left = 'asked'
      return readline.close()
    }
    warned = true
    screen.print(['Ctrl-C again, or exit, leaves.'])
  })
  readline.on('close', () => {
    left ??= 'end'
    screen.around(null)
    give(null)
  })
  const read = (prompt: string): Promise<string | null> => {
    if (left !== null) return Promise.resolve(waiting.shift() ?? null)
    const { promise, resolve } = Promise.withResolvers<string | null>()
    readline.setPrompt(prompt)
    const early = waiting.shift()
    if (early !== undefined) return Promise.resolve(early)
    wanted = resolve
    readline.prompt()
    return promise
  }
  return {
    next: () => read(usual),
    ask: read,
    onInterrupt: handler => {
      interrupted = handler
    },
    left: () => left,
    close: () => readline.close(),
  }
}

function clearLine(output: Writable): void {
  output.write('\r\x1b[K')
}

function restart(readline: Interface, output: Writable): void {
  output.write('\n')
  // Ctrl-U and Ctrl-K: what was typed is gone, before and behind the cursor.
  readline.write(null, { ctrl: true, name: 'u' })
  readline.write(null, { ctrl: true, name: 'k' })
  readline.prompt()
}
