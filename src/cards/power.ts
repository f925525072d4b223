/** Power: the card of a switch follows its steps (H18.7); a reading says what was read back (H18.6). */

import type { PowerAction, PowerEvent } from '../lab/types.ts'
import { sentence } from './run.ts'
import { bold, button, plain, textOf, time, user } from './text.ts'
import type { Action, Part, Run, Tone, View } from './view.ts'
import { span, type TimeFrame } from './words.ts'

type Stage = PowerEvent['steps'][number]['stage']
type Item = Extract<Part, { t: 'steps' }>['items'][number]

const STAGES: Readonly<Record<PowerAction, readonly Stage[]>> = {
  on: ['on'],
  off: ['off'],
  cycle: ['off', 'on', 'booting', 'back'],
  status: [],
}

export function powerCard(event: PowerEvent, frame: TimeFrame): View {
  const title = [bold(`power ${event.action}`), plain(` ${event.board} · `), bold(stateWord(event))]
  const said = saidOf(event)
  return {
    kind: 'message',
    topic: `power/${event.id}`,
    rev: event.rev,
    tone: toneOf(event),
    title,
    ...(event.endedAt === null ? {} : { final: true }),
    aside: event.by === null ? [plain('the lab')] : [user(event.by)],
    summary:
      event.endedAt === null
        ? textOf(title, frame)
        : `${textOf(title, frame)}: ${powerSentence(event, frame)}`,
    parts: [
      ...(event.action === 'status' ? [] : [{ t: 'steps', items: stepsOf(event) } as const]),
      ...(said === null ? [] : [{ t: 'text', runs: [plain(said)] } as const]),
      { t: 'actions', items: actionsOf(event) },
    ],
  }
}

/** What was read, or where the switch has got to. */
function stateWord(event: PowerEvent): string {
  if (event.failure !== null) return 'unconfirmed'
  if (event.back !== null) return event.back ? 'back' : 'not back'
  if (event.endedAt === null) return event.steps.at(-1)?.stage ?? 'switching'
  return event.after ?? 'unknown'
}

/** One line for histories: `off, on, back in 21 s`. */
export function powerSentence(event: PowerEvent, frame: TimeFrame): string {
  const took = span((event.endedAt ?? frame.now) - event.startedAt)
  if (event.message !== null) return sentence(event.message)
  if (event.endedAt === null) return `going on for ${took}`
  const back = event.back === null ? '' : event.back ? ', back at its prompt' : ', not back at its prompt'
  const read = event.before === null ? '' : `${event.before} before, `
  return `${read}read back ${event.after ?? 'unknown'}${back} after ${took}`
}

function stepsOf(event: PowerEvent): readonly Item[] {
  const reached = event.steps.map(step => step.stage)
  const wanted =
    event.back === false ? [...STAGES[event.action].slice(0, -1), 'not back' as const] : STAGES[event.action]
  const current = reached.at(-1)
  return wanted.map(stage => {
    const note = noteOf(event, stage)
    const item = { title: stage, state: stateOf(event, stage, current) }
    return note === null ? item : { ...item, note }
  })
}

function stateOf(event: PowerEvent, stage: Stage, current: Stage | undefined): Item['state'] {
  const reached = event.steps.some(step => step.stage === stage)
  const over = event.endedAt !== null
  if (stage === 'not back') return 'fail'
  if (!reached) return over ? (event.back === true ? 'ok' : 'skip') : 'todo'
  if (stage !== current) return 'ok'
  if (event.failure !== null) return 'fail'
  return over || stage === 'back' ? 'ok' : 'run'
}

function noteOf(event: PowerEvent, stage: Stage): string | null {
  const step = event.steps.find(each => each.stage === stage)
  if (step === undefined) return null
  return step.t === event.startedAt ? null : `after ${span(step.t - event.startedAt)}`
}

function saidOf(event: PowerEvent): string | null {
  if (event.message !== null) return sentence(event.message)
  if (event.action !== 'status' || event.after !== 'unknown') return null
  return `The state of ${event.board}'s outlet could not be read.`
}

function toneOf(event: PowerEvent): Tone {
  if (event.failure !== null || event.back === false) return 'bad'
  if (event.endedAt === null) return 'run'
  return event.after === 'unknown' ? 'warn' : 'ok'
}

function actionsOf(event: PowerEvent): readonly Action[] {
  const show = button('board', 'Show board', `boards show ${event.board}`)
  if (event.endedAt === null) return []
  if (event.failure === null && event.back !== false) return [show]
  return [button('again', 'Power cycle again', `power cycle ${event.board}`, { style: 'danger' }), show]
}

/** Told to whoever holds the board when somebody else switched it. */
export function powerTelling(
  event: PowerEvent,
  holder: { id: string; name: string } | null,
  frame: TimeFrame,
): View {
  const title: Run[] = holder === null ? [] : [user(holder), plain(' ')]
  title.push(
    plain(`${event.board}: power ${event.action} by `),
    event.by === null ? plain('the lab') : user(event.by),
  )
  if (event.reason !== '') title.push(plain(` (${event.reason})`))
  if (event.endedAt === null) title.push(plain(', begun at '), time(event.startedAt), plain('.'))
  else title.push(plain(`: ${powerSentence(event, frame)}`))
  return {
    kind: 'message',
    topic: `power/${event.id}`,
    rev: event.rev,
    tone: toneOf(event),
    title,
    summary: textOf(title, frame),
    parts: [],
  }
}
