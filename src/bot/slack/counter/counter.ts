/** From what a person did in Slack to what they get: understood, carried out, answered where it reads best. */

import { welcomeCard } from '../../../cards/welcome.ts'
import type { Clock } from '../../../clock.ts'
import { whereWords } from '../../../commands/audit-entry.ts'
import type { Dispatcher } from '../../../commands/dispatch.ts'
import { slashNames } from '../../../commands/slash.ts'
import { messageOf } from '../../../errors.ts'
import { reference } from '../../../ids.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Log } from '../../../log.ts'
import type { Change, LostWhy, OptionsAnswer, OptionsQuery, Submission, Submitted } from '../inbound/types.ts'
import type { Asker, Heard, Place, Reply, SlackApi } from '../types.ts'
import { type Answers, createAnswers } from './answer.ts'
import { carryForm, carryLine, startWith } from './carry.ts'
import type { Drawing } from './drawing.ts'
import { createForms, type Forms } from './forms.ts'
import { createHomeTab, type HomeTab } from './home-tab.ts'
import { createKeptFiles, type KeptFiles } from './kept-files.ts'
import { CHANNEL, createLines, type Lines, lineOf, originOf } from './lines.ts'
import { brokeNote, editedNote } from './notices.ts'
import { optionsFor } from './options.ts'
import { createPresses, type Presses } from './presses.ts'
import { type Cards, createPublisher } from './publish.ts'
import { answerAgain, tellLost, tellMissed } from './restart.ts'
import { submitted } from './submitted.ts'
import { createTalk, type Talk } from './talk.ts'

export type CounterDeps = {
  dispatcher: Dispatcher
  lab: Lab
  api: SlackApi
  cards: Cards
  clock: Clock
  log: Log
  draw: Drawing
  /** The bot's own user id, once it is known. */
  self(): string
  /** The home channel. */
  home: string | null
  /** Of the deployment: `all`, `lab`, or what it put before the names of its slash commands. */
  commands: string
}

export type Counter = {
  /** Never throws. `key` is the entry of the inbox: the same one never acts twice. */
  carryOut(heard: Heard, key: string): Promise<void>
  /**
   * Found after a restart: `began` says that nobody knows how far it came, else that it is too old to be done now.
   * Throws while nobody can be told.
   */
  interrupted(heard: Heard, key: string, began: boolean): Promise<void>
  /** It was acknowledged and is not carried out. Throws while nobody can be told. */
  lost(heard: Heard, why: LostWhy, key: string): Promise<void>
  submitted(sent: Submission): Submitted
  options(query: OptionsQuery): OptionsAnswer
  /** Never throws. */
  changed(change: Change): Promise<void>
  close(): void
}

/** What the steps of an answer share. */
export type Desk = CounterDeps & {
  /** What goes before the names of slash commands. */
  prefix: string
  lines: Lines
  answers: Answers
  forms: Forms
  kept: KeptFiles
  presses: Presses
  tab: HomeTab
  /** `isPatient` false: whoever tells tries again by themselves, or it is of no use later. */
  talk(heard: Answerable, key: string, again: boolean, isPatient?: boolean): Talk
}

type Answerable = { by: Asker; place: Place; reply?: Reply; how?: string }

export function createCounter(deps: CounterDeps): Counter {
  const stopper = new AbortController()
  const desk = deskOf({ ...deps, signal: stopper.signal })
  const { dispatcher, lab, draw, log } = deps
  const { commands } = dispatcher
  const guarded = async (heard: Heard, key: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      await broke(desk, heard, key, error)
    }
  }
  return {
    carryOut: (heard, key) => guarded(heard, key, () => carryOut(desk, heard, key, false)),
    interrupted: (heard, key, began) =>
      began
        ? answerAgain(desk, heard, key, () => carryOut(desk, heard, key, true))
        : tellMissed(desk, heard, key),
    lost: (heard, why, key) =>
      tellLost(desk, heard, why, key, () => guarded(heard, key, () => carryOut(desk, heard, key, false))),
    submitted: sent => submitted(sent, { commands, lab, draw }),
    options: query => optionsFor(query, commands, lab),
    changed: change =>
      desk.forms
        .changed(change)
        .catch((error: unknown) => log.warn({ error: messageOf(error) }, 'a form was not drawn')),
    close() {
      stopper.abort(new Error('the counter is closed'))
      desk.tab.close()
    },
  }
}

function deskOf(deps: CounterDeps & { signal: AbortSignal }): Desk {
  const { dispatcher, api, clock, lab, log, draw } = deps
  const { commands } = dispatcher
  const [whole = { name: '/lab', noun: null }] = slashNames(deps.commands)
  const prefix = whole.name.slice(1, -'lab'.length)
  const talkDeps = { api, clock, log, draw, signal: deps.signal }
  return {
    ...deps,
    prefix,
    lines: createLines(deps),
    answers: createAnswers({ ...deps, commands, publisher: createPublisher(deps) }),
    forms: createForms({ ...deps, commands }),
    kept: createKeptFiles(clock),
    presses: createPresses(clock),
    tab: createHomeTab({ lab, api, clock, log, draw }),
    talk({ by, place, reply, how }, key, again, isPatient = true) {
      const given = reply ?? { responseUrl: null, trigger: null, at: clock.now() }
      return createTalk(
        { by, place, reply: given, isSlash: how === 'slash', key, again, isPatient },
        talkDeps,
      )
    },
  }
}

async function carryOut(desk: Desk, heard: Heard, key: string, again: boolean): Promise<void> {
  switch (heard.kind) {
    case 'line':
      return await carryLine(desk, heard, key, again)
    case 'form':
      return await carryForm(desk, heard, key, again)
    case 'shortcut':
      return await startWith(desk, heard, key)
    case 'home':
      return await desk.tab.open(await desk.lines.person(heard.by))
    case 'joined':
      return await greet(desk, heard.place, key, again)
    case 'edited': {
      const { line } = lineOf(heard, desk)
      // What is no command now either is somebody talking.
      if (desk.lines.read(line) === null) return
      desk.kept.keep(heard.by.id, line, heard.files ?? [])
      await desk.talk(heard, key, again).tell(editedNote(line))
      return
    }
    case 'revoked':
      return desk.log.error({ why: heard.why }, 'the workspace took the rights of the bot away; tests go on')
    default:
      return heard satisfies never
  }
}

async function greet(desk: Desk, place: Place, key: string, again: boolean): Promise<void> {
  const message = desk.draw.message(welcomeCard(`/${desk.prefix}lab`, desk.lab.families()[0]?.name ?? null))
  await desk.api.post({ channel: place.channel, thread: null }, message, key, again)
}

/** Whatever happens, the asker hears of it, with what an admin finds it by. */
async function broke(desk: Desk, heard: Heard, key: string, error: unknown): Promise<void> {
  const name = reference()
  desk.log.error({ error, reference: name, kind: heard.kind }, 'an answer broke')
  if (heard.kind !== 'line' && heard.kind !== 'form' && heard.kind !== 'shortcut') return
  const line = heard.kind === 'shortcut' ? 'run-test' : heard.line
  const note = brokeNote(line, name)
  // The form stands there still, saying that it is worked on.
  if (heard.kind === 'form') await desk.forms.note(heard.view, 'Boardroom', note)
  const told = desk.talk(heard, `${key}/broke`, false).tell(note)
  const { id, name: known } = heard.by
  const who = { id, name: known ?? id, platform: CHANNEL }
  const where = whereWords(originOf(null, heard.place, null, key))
  const result = `internal: ${messageOf(error)}`
  const written = desk.lab.record({
    who,
    where,
    line,
    args: null,
    decision: 'allowed',
    result,
    reference: name,
  })
  await Promise.allSettled([told, written])
}
