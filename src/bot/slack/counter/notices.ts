/** The short things that the counter itself says, beside the answers of commands. */

import { bold, button, code, link, plain, textOf } from '../../../cards/text.ts'
import type { Action, Run, View } from '../../../cards/view.ts'
import { count } from '../../../cards/words.ts'
import type { Followed } from '../../../commands/types.ts'

const LONGEST_SHOWN = 120
/** No notice tells a time. */
const NO_TIME = { now: 0, timeZone: 'UTC' }

function notice(
  topic: string,
  title: string,
  more: readonly (readonly Run[])[],
  actions: readonly Action[] = [],
): View {
  const words = more.map(runs => textOf(runs, NO_TIME))
  return {
    kind: 'message',
    topic: `notice/${topic}`,
    rev: 0,
    tone: 'idle',
    title: [plain(title)],
    summary: [title, ...words, ...actions.map(action => action.line)].join('\n'),
    parts: [
      ...more.map(runs => ({ t: 'text', runs }) as const),
      ...(actions.length === 0 ? [] : [{ t: 'actions', items: actions } as const]),
    ],
  }
}

/** What a view says in a line. */
export function firstLine({ summary }: View): string {
  return summary.split('\n')[0] ?? ''
}

function shown(line: string): Run {
  return code(line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line)
}

export const WORKING = 'notice/working'

/** After three seconds: neither silent nor spammy. */
export function workingNote(line: string): View {
  return notice('working', 'Working on it…', [[shown(line)]])
}

/** A form can only be opened by a click that is younger than 3 s. */
export function formOffer(command: string, line: string, usage: string): View {
  const open = button('open-form', 'Open the form', line, { style: 'primary' })
  return notice('form', `${command} needs its arguments.`, [[plain('Or typed: '), code(usage)]], [open])
}

/** What is wrong with a line, and its form, filled in with what is right. */
export function withFormOffer(view: View, line: string): View {
  return {
    ...view,
    summary: `${view.summary}\nIts form: ${line}`,
    parts: [...view.parts, { t: 'actions', items: [button('open-form', 'Open the form', line)] }],
  }
}

/** A log that was to go on by itself, as at a terminal: a message shows what there was of it. */
export function withoutFollowing(view: View, { kind, id }: Followed): View {
  const runs = [plain('This is the log up to now; it does not go on here.')]
  const follow = button('follow', 'Follow the test', `tests follow ${id}`)
  return {
    ...view,
    parts: [
      ...view.parts,
      { t: 'note', runs },
      ...(kind === 'run' ? [{ t: 'actions', items: [follow] } as const] : []),
    ],
  }
}

export function secretSent(): View {
  return notice('sent', 'Sent to you as a direct message: it is for your eyes alone.', [])
}

export function postedNote(what: string): View {
  return notice('posted', `Posted: ${what}`, [])
}

export function doneNote(summary: string): View {
  return notice('done', summary, [])
}

/** In place of the note that it is being worked on. */
export function brokeOff(): View {
  return doneNote('This broke off; the next message says why.')
}

/** Where the card of a test is that was asked for by direct message. */
export function cardLink(summary: string, url: string | null): View {
  const where: readonly Run[] =
    url === null ? [plain('Its card is in the home channel.')] : [link('Its card, in the home channel', url)]
  return notice('card', summary, [where])
}

export function leftLines(line: string, left: number): View {
  return notice('lines', `One line is one command: ${count(left, 'more line')} below it did nothing.`, [
    [plain('Carried out: '), shown(line)],
  ])
}

export function editedNote(line: string): View {
  const run = button('run-edited', 'Run the corrected line', line, { style: 'primary' })
  return notice(
    'edited',
    'Run the corrected line?',
    [[shown(line)], [plain('A message that is changed runs nothing by itself.')]],
    [run],
  )
}

export function pressedTwice(line: string): View {
  return notice('twice', 'That button was pressed twice in a moment: it was done once.', [
    [shown(line)],
    [plain('If you meant it twice, press it again in a few seconds.')],
  ])
}

export function noFileNote(): View {
  return notice('no-file', 'There is no file at that message.', [
    [plain('Use it on a message with the program attached, or type: '), code('run-test')],
  ])
}

/** What was in hand when the bot was stopped, and may or may not have been done. */
export function interruptedNote(line: string, look: string): View {
  const actions = [button('show', 'Show', look), button('do-again', 'Do it again', line)]
  return notice(
    'interrupted',
    'The bot was restarted in the middle of this; it may or may not have been done.',
    [[shown(line)], [plain('See how things are before you do it again.')]],
    actions,
  )
}

/** It waited while the bot was away. */
export function missedNote(line: string): View {
  const again = button('do-again', 'Do it now', line)
  return notice(
    'missed',
    'The bot was away when this came, and nothing was done.',
    [[shown(line)], [plain('It is not done so late without being asked for again.')]],
    [again],
  )
}

export function lostNote(line: string, why: 'not stored' | 'late'): View {
  if (why === 'late')
    return notice(
      'lost',
      'This reached the bot too late, and nothing was done.',
      [[shown(line)], [plain('Do it again if it is still wanted.')]],
      [button('do-again', 'Do it now', line)],
    )
  return notice('lost', 'This could not be stored, and nothing was done.', [
    [shown(line)],
    [plain('Do it again. If that goes on, tell an admin: the disk of the bot takes nothing.')],
  ])
}

export function noWayIn(what: string): View {
  return notice('no-way-in', what, [
    [plain('It cannot be shown in that channel: the bot is not in it. Invite it there: '), code('/invite')],
  ])
}

export function confirmElsewhere(): View {
  return notice('confirm', 'This has to be confirmed first.', [
    [plain('The question, with its button, is in the message that you have just been sent.')],
  ])
}

export function brokeNote(line: string, reference: string): View {
  const title = `Something broke on our side (reference ${reference}).`
  const view = notice('broke', title, [
    [shown(line)],
    [plain('An admin can look it up: '), code(`audit ${reference}`)],
  ])
  return { ...view, tone: 'bad', title: [bold(title)] }
}
