/** What Slack's counter and its tellings say beside the cards, and what they make of cards. */

import * as notices from '../../../../../src/bot/slack/counter/notices.ts'
import { agedOut, movedOn, toldToFollowers } from '../../../../../src/bot/slack/outbound/card-words.ts'
import { asOne, MOST_TOGETHER, withNote } from '../../../../../src/bot/slack/outbound/crowds.ts'
import type { View } from '../../../../../src/cards/view.ts'
import type { Followed } from '../../../../../src/commands/types.ts'
import { FRAME } from '../../../../cards/draw.ts'
import { ASKED_CARDS } from './asked.ts'
import { BOARD_CARDS } from './boards.ts'
import { LAB_CARDS } from './lab.ts'
import { LEASE_CARDS } from './leases.ts'
import { RUN_CARDS } from './runs.ts'
import { each, type Maker, named, shown, times } from './shown.ts'

const CARDS = { ...ASKED_CARDS, ...BOARD_CARDS, ...LAB_CARDS, ...LEASE_CARDS, ...RUN_CARDS }

function card(name: string, size: number, word: string): View {
  const make = CARDS[name]
  if (make === undefined) throw new Error(`no card is called "${name}"`)
  return make(size, word)
}

const TELLINGS = [
  'that a test has ended',
  'that a test waits',
  'that a lease ends',
  'that something is wrong',
  'that something was wrong',
  'that the power was switched',
] as const

const FOLLOWED: Followed = {
  ...{ kind: 'run', id: 'T128', whole: true, console: null, grep: null, times: false, after: 0 },
}

export const NOTICES: Readonly<Record<string, Maker>> = {
  'that it is being worked on': shown(notices.workingNote, (_, word) => [word]),
  'the offer of a form': shown(notices.formOffer, (_, word) => ['run-test', `run-test ${word}`, word]),
  'a fault and its form': shown(notices.withFormOffer, (size, word) => [
    card('a fault', size, word),
    `run-test ${word}`,
  ]),
  'a log that does not go on': shown(notices.withoutFollowing, (size, word) => [
    card('a log', size, word),
    FOLLOWED,
  ]),
  'that a secret was sent': shown(notices.secretSent, () => []),
  'that it was posted': shown(notices.postedNote, (_, word) => [word]),
  'that it was done': shown(notices.doneNote, (_, word) => [word]),
  'that it broke off': shown(notices.brokeOff, () => []),
  'where a card is': shown(notices.cardLink, (size, word) => [
    word,
    size === 0 ? null : `https://lab.slack.com/archives/C1/p1?${word}`,
  ]),
  'that lines are left': shown(notices.leftLines, (size, word) => [word, size]),
  'that a message was changed': shown(notices.editedNote, (_, word) => [word]),
  'that a button was pressed twice': shown(notices.pressedTwice, (_, word) => [word]),
  'that there is no file': shown(notices.noFileNote, () => []),
  'that it was interrupted': shown(notices.interruptedNote, (_, word) => [word, 'tests show T128']),
  'that it was missed': shown(notices.missedNote, (_, word) => [word]),
  'that it was lost': shown(notices.lostNote, (size, word) => [
    word,
    each(['late', 'not stored'] as const, size),
  ]),
  'that there is no way in': shown(notices.noWayIn, (_, word) => [word]),
  'that it is asked elsewhere': shown(notices.confirmElsewhere, () => []),
  'that something broke': shown(notices.brokeNote, (_, word) => [word, 'X7K2']),
  'several tellings in one': shown(asOne, (size, word) => [
    times(Math.max(1, Math.min(size, MOST_TOGETHER)), at => card(each(TELLINGS, at), 3, word)),
    FRAME,
  ]),
  'a telling, and why it is told here': shown(withNote, (size, word) => [
    card('that a test has ended', size, word),
    word,
  ]),
  'a telling for those who follow': shown(toldToFollowers, (size, word) => [
    card('that a test has ended', size, word),
    times(size, () => named(word)),
    FRAME,
  ]),
  'a card that has moved on': shown(movedOn, (size, word) => [card('a failed test', size, word), FRAME]),
  'a card that has aged out': shown(agedOut, (size, word) => [card('all boards', size, word), FRAME]),
}
