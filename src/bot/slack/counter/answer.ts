/** What came of a line, to those who should see it, in the way that reads best where it was asked. */

import type { View } from '../../../cards/view.ts'
import type { Outcome } from '../../../commands/dispatch.ts'
import type { AnyCommand, Expected } from '../../../commands/types.ts'
import type { Asker, Place, SlackApi } from '../types.ts'
import { withPostHere } from './here.ts'
import {
  cardLink,
  doneNote,
  firstLine,
  noWayIn,
  postedNote,
  secretSent,
  withoutFollowing,
} from './notices.ts'
import type { Publisher, Shown } from './publish.ts'
import type { Talk } from './talk.ts'
import { type Audience, audienceOf, type Deed, deedOf } from './visibility.ts'

export type AnswerDeps = {
  commands: readonly AnyCommand[]
  api: SlackApi
  publisher: Publisher
  home: string | null
}

export type Answering = {
  by: Asker
  place: Place
  line: string
  /** The question was asked for everybody. */
  here: boolean
  /** Nothing but the command's name was typed. */
  bare: boolean
  expect: Expected | null
  /** It was typed with `--yes`, or a button that says so was pressed. */
  confirmed: boolean
  /** Whose button was pressed. */
  clicked: { ts: string; isEphemeral: boolean } | null
  /** In the Home tab, which shows by itself what was done to what is there. */
  isAtHome: boolean
  talk: Talk
}

type Done = Extract<Outcome, { kind: 'done' }>

export type Answers = {
  /** Says what came of it. Returns what is to be said to the asker alone where that is the better place for it. */
  give(outcome: Outcome, to: Answering): Promise<void>
}

/** What comes to an end: its card is worth being kept up to date wherever it was shown. */
const ENDING = /^(run|lease|power|transfer)\//

export function createAnswers({ commands, api, publisher, home }: AnswerDeps): Answers {
  async function done(outcome: Done, command: AnyCommand, to: Answering): Promise<void> {
    const deed = deedOf(command)
    const { isDirect, thread } = to.place
    const audience = audienceOf(deed, outcome.kind, { isDirect, inThread: thread !== null, here: to.here })
    return await FOR[audience](outcome, deed, command, to)
  }

  const FOR: Readonly<
    Record<Audience, (outcome: Done, deed: Deed, command: AnyCommand, to: Answering) => Promise<void>>
  > = {
    async asker({ view: answer, follows }, _deed, command, { line, place, talk }) {
      const view = follows === null ? answer : withoutFollowing(answer, follows)
      // What needs a role is not for everybody, so it is not offered to be.
      const isOffered = !place.isDirect && command.role === 'user'
      await talk.tell(isOffered ? withPostHere(view, line) : view)
    },
    async direct({ view, started }, deed, _command, { by, place, talk }) {
      const channel = await api.direct(by.id)
      const spot = { channel, thread: null }
      if (deed !== 'follow') await talk.post(view, spot)
      else if (started === null || (await publisher.show(view, spot, talk, liveFor(by))) === null)
        return void (await talk.tell(view))
      if (place.channel !== channel) await talk.tell(deed === 'follow' ? followed(view) : secretSent())
    },
    async home(outcome, deed, command, to) {
      const { view } = outcome
      const { talk } = to
      const shown =
        home === null
          ? null
          : await publisher.show(view, { channel: home, thread: null }, talk, { live: true, isNew: true })
      if (shown === null) return await FOR.channel(outcome, deed, command, to)
      await talk.tell(cardLink(firstLine(view), shown === 'later' ? null : await api.permalink(shown)))
    },
    async channel(outcome, deed, _command, to) {
      if (deed === 'question') return await share(outcome, to)
      if (deed === 'follow') return await follow(outcome, to)
      return await act(outcome, to)
    },
  }

  async function share({ view }: Done, to: Answering): Promise<void> {
    // A card of part of them cannot be drawn again from its topic.
    const live = to.bare || view.topic.includes('/')
    const shown = await publisher.show(view, to.place, to.talk, { live })
    if (shown === null) return await shut(view, to)
    await to.talk.tell(postedNote(firstLine(view)), { replace: to.clicked?.isEphemeral === true })
  }

  async function follow({ view, started }: Done, to: Answering): Promise<void> {
    if (started === null) return void (await to.talk.tell(view))
    const shown = await publisher.show(view, to.place, to.talk, liveFor(to.by))
    if (shown === null) await shut(view, to)
  }

  async function act({ view, started }: Done, to: Answering): Promise<void> {
    const { place, talk, clicked } = to
    if (to.isAtHome && started === null) return void (await talk.tell(view))
    // The card that is there changes by itself: a second one would only be noise.
    const card = publisher.hasCard(view.topic, place, clicked?.ts ?? null)
    if (card === 'this') return
    if (card === 'another') return void (await talk.tell(view, { replace: replaces(view, to) }))
    if (clicked !== null && isTurned(view, to) && (await talk.turn(view, clicked.ts))) return
    const shown = await publisher.show(view, place, talk, {
      live: ENDING.test(view.topic),
      ...(started === view.topic ? { isNew: true } : {}),
    })
    if (shown === null) return await shut(view, to)
    if (replaces(view, to)) await talk.tell(doneNote(firstLine(view)), { replace: true })
  }

  async function shut(view: View, { talk }: Answering): Promise<void> {
    await talk.tell(view)
    await talk.tell(noWayIn(firstLine(view)))
  }

  return {
    async give(outcome, to) {
      const command = commands.find(each => each.name === outcome.command)
      if (outcome.kind === 'done' && command !== undefined) return await done(outcome, command, to)
      // A question that moved on takes the place of the old one; any other refusal leaves its card alone.
      const replace = to.clicked?.isEphemeral === true && to.confirmed
      await to.talk.tell(outcome.view, { replace })
    },
  }
}

/** Whether the message whose button was pressed shows the same thing, so that it turns into what came of it. */
function isTurned({ topic, final }: View, { clicked, expect }: Answering): boolean {
  if (clicked?.isEphemeral !== false || expect?.topic !== topic) return false
  // What goes on gets a card that is kept up to date.
  return final === true || !ENDING.test(topic)
}

function liveFor({ id }: Asker): Shown {
  return { live: true, tellAtEnd: id }
}

/** Whether the message for one pair of eyes, whose button was pressed, is of no more use. */
function replaces(view: View, { clicked, expect, confirmed }: Answering): boolean {
  if (clicked?.isEphemeral !== true) return false
  return confirmed || expect === null || expect.topic === view.topic
}

function followed(view: View): View {
  return doneNote(`You follow it in our direct messages, to its end: ${firstLine(view)}`)
}
