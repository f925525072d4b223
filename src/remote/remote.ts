/** The command line over HTTP: one line, what it started to its end, and the exit status of a bot at a pipe (design 10). */

import { clean } from '../cards/text.ts'
import type { View } from '../cards/view.ts'
import { size } from '../cards/words.ts'
import type { Clock, Millis } from '../clock.ts'
import { faultJson } from '../commands/fault.ts'
import { commands } from '../commands/registry.ts'
import type { Exit } from '../commands/types.ts'
import { InputError, LabError } from '../errors.ts'
import { type LineAnswer, lineAnswer } from './answer.ts'
import { lineOf } from './argv.ts'
import { type Ended, follow, waitForEnd } from './ending.ts'
import { type FileWord, fileWords, type LocalFile } from './local-files.ts'
import { formOf } from './multipart.ts'
import { type Server, send } from './server.ts'
import type { WatchDeps } from './watch.ts'

export type RemoteDeps = {
  server: Server
  clock: Clock
  /** A file of this machine. Throws InputError that says what is wrong with it. */
  open(word: string): Promise<LocalFile>
  /** A card, drawn and printed. */
  show(view: View, timeZone: string): void
  print(lines: readonly string[]): void
  complain(text: string): void
  /** Yes or no; null where nobody can be asked. */
  ask: ((question: string) => Promise<boolean>) | null
  /** A line that is written over again and again, and taken away by null; left out where nobody looks. */
  progress?: (text: string | null) => void
  json: boolean
  /** The person leaves: nothing more is waited for. */
  signal: AbortSignal
}

/** Resolves with the exit status; what went wrong was said. Never rejects for what a person can act on. */
export async function runRemote(argv: readonly string[], given: RemoteDeps): Promise<Exit> {
  // What the other side says is text, whoever it is: nothing of it commands this terminal.
  const complain = (text: string): void => given.complain(text.split('\n').map(clean).join('\n'))
  const show: RemoteDeps['show'] = (view, timeZone) => {
    try {
      given.show(view, timeZone)
    } catch {
      // A card of another version may hold what this one cannot draw; its summary alone says enough.
      given.print([clean(view.summary)])
    }
  }
  const deps = { ...given, complain, show }
  try {
    return await carryOut(argv, deps)
  } catch (error) {
    deps.progress?.(null)
    if (!(error instanceof LabError)) throw error
    deps.complain(`${error.message}\n${error.hint}`)
    return error.failure.class === 'input' ? 3 : 2
  }
}

async function carryOut(argv: readonly string[], deps: RemoteDeps): Promise<Exit> {
  const { json, show, print, signal } = deps
  if (argv.length === 0)
    throw new InputError('There is no command line after the address.', {
      hint: `See what there is: ${again(deps.server, 'help')}`,
    })
  const line = lineOf(argv)
  const files = await openAll(fileWords(line, commands), deps)
  let answer = await post(line, files, false, deps)
  if (answer.kind === 'confirm' && deps.ask !== null) {
    if (!(await deps.ask(`${clean(answer.fault?.message ?? '')} Do it? [y/N] `))) {
      deps.complain('Nothing was done.')
      return 3
    }
    answer = await post(line, files, true, deps)
  }
  if (json) print([JSON.stringify(answer.fault === null ? answer.result : faultJson(answer.fault))])
  else show(answer.view, answer.timeZone)
  if (answer.kind === 'confirm')
    deps.complain(`Nothing was done. To do it: ${again(deps.server, `${line} --yes`)}`)
  if (answer.kind !== 'done') return answer.exit
  const exit = await endOf(answer, deps)
  return signal.aborted ? exit : worst(answer.exit, exit)
}

/** A file at hand goes before one that is kept there under the same word, as at the terminal. */
async function openAll(words: readonly FileWord[], { open }: RemoteDeps): Promise<Files> {
  const opened = await Promise.all(
    words.map(async ({ word, isKept }) => {
      const file = await open(word).catch((error: unknown) => {
        if (isKept && error instanceof InputError) return null
        throw error
      })
      return file === null ? [] : [[word, file] as const]
    }),
  )
  return opened.flat()
}

/** A file at an address is fetched by the lab before it answers: that may take a quarter of an hour. */
const FETCHED_MS: Millis = 16 * 60_000

type Files = readonly (readonly [word: string, file: LocalFile])[]

async function post(line: string, files: Files, confirmed: boolean, deps: RemoteDeps): Promise<LineAnswer> {
  const { server, progress, signal } = deps
  const body = formOf({ line, ...(confirmed ? { confirmed: 'true' } : {}) }, files)
  const names = files.map(([, file]) => file.name).join(', ')
  let isSent = false
  const sent = (bytes: number): void => {
    isSent = bytes >= body.length
    if (names === '') return
    const share = Math.floor((100 * bytes) / body.length)
    progress?.(isSent ? null : `sending ${names}: ${share} % of ${size(body.length)}`)
  }
  try {
    const waits = /\bhttps?:\/\//i.test(line) ? { answerMs: FETCHED_MS } : {}
    const answer = await send(server, { method: 'POST', path: 'api/v1/line', body, sent, signal, ...waits })
    progress?.(null)
    return await lineAnswer(server, answer)
  } catch (error) {
    if (!signal.aborted) throw error
    throw left(isSent)
  }
}

function left(isSent: boolean): LabError {
  return new LabError('left', isSent ? 'Left before the answer came.' : 'Left before all of it was sent.', {
    hint: isSent ? 'The line may have been carried out. Look: tests, lease list' : 'Nothing was begun.',
    failure: 'infrastructure',
  })
}

/** Waits for what the line started, with its log where that was asked for. */
async function endOf(answer: LineAnswer, deps: RemoteDeps): Promise<Exit> {
  const { started, follows, view } = answer
  const { json, signal } = deps
  const watching = watchDeps(deps)
  // What a lease is, is its answer: had, or a place in line.
  const topic = started === null || started.startsWith('lease/') ? null : started
  const following = follows === null || json ? null : follow(follows, deps.print, watching)
  if (topic === null) {
    await following?.catch((error: unknown) => leaveOr(error, signal))
    return 0
  }
  const logged = following?.catch((error: unknown) => {
    if (!signal.aborted)
      deps.complain(error instanceof LabError ? error.message : 'The log was not followed.')
  })
  try {
    const ended = await waitForEnd(topic, watching)
    await logged
    tell(topic, ended, view, answer.timeZone, deps)
    return ended.exit
  } catch (error) {
    leaveOr(error, signal)
    deps.complain(`${goesOn(topic)} Look again: ${again(deps.server, lookAgain(topic))}`)
    // Its end was not seen: what it came to is not known here.
    return 2
  }
}

function leaveOr(error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) throw error
}

function tell(
  topic: string,
  { exit, result, view }: Ended,
  shown: View,
  timeZone: string,
  deps: RemoteDeps,
): void {
  if (deps.json) {
    const text = view?.summary ?? null
    deps.print([JSON.stringify({ told: { topic, kind: 'ended', text, exit, result } })])
    return
  }
  // A card that was over when it was shown says all there is.
  if (view !== null && (topic.startsWith('run/') || shown.final !== true)) deps.show(view, timeZone)
}

/** A log and an end are two connections that are lost together: it is said once. */
function watchDeps({ server, clock, complain, signal }: RemoteDeps): WatchDeps {
  let away = 0
  const wavered = (why: string | null): void => {
    away += why === null ? -1 : 1
    if (why !== null && away === 1)
      complain(`The connection was lost (${why.replace(/\.$/, '')}); trying again …`)
    if (why === null && away === 0) complain('Connected again.')
  }
  return { server, clock, wavered, signal }
}

function goesOn(topic: string): string {
  const [kind = '', id = ''] = topic.split('/')
  return kind === 'run' ? `Left; ${id} goes on.` : 'Left; what was begun goes on.'
}

function lookAgain(topic: string): string {
  const [kind = '', id = ''] = topic.split('/')
  if (kind === 'run') return `tests show ${id}`
  return kind === 'transfer' ? 'lease list' : 'boards'
}

/** What is typed on this machine for a line. */
function again({ url }: Server, line: string): string {
  return `boardroom --server ${url.href.replace(/\/$/, '')} ${line}`
}

function worst(a: Exit, b: Exit): Exit {
  return a > b ? a : b
}
