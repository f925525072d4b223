import { onTestFinished } from 'vitest'
import { type Counter, createCounter } from '../../../../src/bot/slack/counter/counter.ts'
import { createDrawing } from '../../../../src/bot/slack/counter/drawing.ts'
import type { Cards } from '../../../../src/bot/slack/counter/publish.ts'
import type { Heard, Place, Posted, SlackFile } from '../../../../src/bot/slack/types.ts'
import type { View } from '../../../../src/cards/view.ts'
import { createDispatcher } from '../../../../src/commands/dispatch.ts'
import { commands } from '../../../../src/commands/registry.ts'
import type { BoardConfig, Inventory } from '../../../../src/config/types.ts'
import { type Log, silentLog } from '../../../../src/log.ts'
import { type LabUnderTest, openLab } from '../../../lab/harness.ts'
import { aBoard } from '../../../lab/samples.ts'
import { createRecordedSlack, type RecordedSlack, type Seen } from './recorded-slack.ts'

type LineHeard = Extract<Heard, { kind: 'line' }>
export type Card = {
  view: View
  channel: string
  thread: string | null
  tellAtEnd: string | null
  ts: string
}

/** The counter before a real lab and a Slack that writes down what it is told. */
export type Stage = {
  under: LabUnderTest
  slack: RecordedSlack
  counter: Counter
  /** Live cards, as they were asked for. */
  cards: Card[]
  /** Carries out what was heard, and tells what was seen since: where, and its text. */
  hear(heard: Heard, key?: string): Promise<string[]>
  /** Where and what, one line each. */
  fresh(): string[]
  close(): Promise<void>
}

export const CHANNEL: Place = { channel: 'C1', thread: null, isDirect: false }
export const THREAD: Place = { channel: 'C1', thread: '7.0', isDirect: false }

export function directOf(user: string): Place {
  return { channel: `D${user}`, thread: null, isDirect: true }
}

type Options = {
  boards?: readonly BoardConfig[]
  inventory?: Partial<Inventory>
  home?: string | null
  log?: Log
  /** The lab of another stage, started anew. */
  under?: LabUnderTest
}

export async function openStage(options: Options = {}): Promise<Stage> {
  const boards = options.boards ?? [aBoard('a1'), aBoard('b1', { family: 'socB' })]
  const under = options.under ?? (await openLab({ boards, inventory: options.inventory ?? {} }))
  const { lab, clock } = under
  const log = options.log ?? silentLog
  const slack = createRecordedSlack(clock)
  const cards: Card[] = []
  const counter = createCounter({
    dispatcher: createDispatcher({ commands, lab, log, clock }),
    ...{ lab, api: slack, cards: recordedCards(cards, slack), clock, log },
    draw: createDrawing(lab),
    self: () => 'UBOT',
    home: options.home === undefined ? 'CHOME' : options.home,
    commands: 'all',
  })
  let read = 0
  let shown = 0
  let keys = 0
  const fresh = (): string[] => {
    const lines = [...slack.seen.slice(read).map(seenLine), ...cards.slice(shown).map(cardLine)]
    read = slack.seen.length
    shown = cards.length
    return lines
  }
  return {
    under,
    slack,
    counter,
    cards,
    fresh,
    async hear(heard, key = `k${++keys}`) {
      await counter.carryOut(heard, key)
      return fresh()
    },
    async close() {
      counter.close()
      await under.close()
    },
  }
}

/** For one test, after which it closes. */
export async function stage(options: Options = {}): Promise<Stage> {
  const made = await openStage(options)
  onTestFinished(() => made.close())
  return made
}

function recordedCards(cards: Card[], slack: RecordedSlack): Cards {
  let last = 0
  return {
    async post(view, { channel, thread }, { tellAtEnd } = {}) {
      if (channel.startsWith('G')) await slack.join(channel)
      const card = { view, channel, thread, tellAtEnd: tellAtEnd ?? null, ts: `card${++last}` }
      cards.push(card)
      return { channel, ts: card.ts } satisfies Posted
    },
    where(topic, channel) {
      const found = cards.find(card => card.view.topic === topic && card.channel === channel)
      return found === undefined ? null : { channel: found.channel, ts: found.ts, thread: found.thread }
    },
  }
}

function seenLine(seen: Seen): string {
  const text = seen.message.text.split('\n').join(' / ')
  if (seen.how === 'respond') return `${seen.replace ? 'replaced' : 'reply'}: ${text}`
  const where = `${seen.channel}${seen.thread === null ? '' : `/${seen.thread}`}`
  return seen.how === 'whisper' ? `whisper ${seen.user} ${where}: ${text}` : `${seen.how} ${where}: ${text}`
}

function cardLine({ view, channel, thread, tellAtEnd }: Card): string {
  const end = tellAtEnd === null ? '' : ` tells ${tellAtEnd}`
  return `card ${channel}${thread === null ? '' : `/${thread}`}${end}: ${view.topic}`
}

let responses = 0

export function typed(line: string, part: Partial<LineHeard> = {}): LineHeard {
  const { how = 'slash', place = CHANNEL } = part
  const url = how === 'slash' || how === 'click' ? `https://hooks.slack.com/${++responses}` : null
  return {
    kind: 'line',
    how,
    by: { id: 'UMEI', name: 'mei' },
    place,
    line,
    expect: null,
    files: [],
    message: null,
    reply: { responseUrl: url, trigger: null, at: Date.UTC(2026, 10, 20, 12) },
    ...part,
  }
}

export function aFile(name: string, size: number | null = 5): SlackFile {
  return { id: `F${name}`, name, size, url: `https://files.slack.com/${name}` }
}
