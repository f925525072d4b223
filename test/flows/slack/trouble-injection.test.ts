import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { escaped } from '../../../src/bot/slack/rules/length.ts'
import { formatWords } from '../../../src/commands/words.ts'
import { CORPUS } from '../../bot/slack/render/corpus.ts'
import { objectsIn, ofType } from '../../bot/slack/render/payload.ts'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

/** Somebody whose name calls everybody. */
const NAMED = '<!channel> & *kai*'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

/** All that the bot has sent since `from`, as Slack got it. */
function sent(from: number): readonly unknown[] {
  const ways = /^(chat\.|views\.|response_url$)/
  return office.slack
    .calls()
    .slice(from)
    .filter(({ method }) => ways.test(method))
    .map(({ args }) => args)
}

/** Nothing of it calls, links or draws but what the lab itself means: its people, and its own pages. */
function expectOnlyText(payloads: readonly unknown[]): void {
  const { slack, world } = office
  const called = ['broadcast', 'channel', 'usergroup', 'team', 'emoji', 'markdown']
  expect(ofType(payloads, ...called)).toEqual([])
  const ours = ['mei', NAMED].map(name => slack.person(name).id)
  for (const { user_id: id } of ofType(payloads, 'user')) expect(ours).toContain(id)
  const pages = [world.app.address, slack.url, 'https://stub-lab.slack.com/archives/']
  for (const { url } of objectsIn(payloads))
    if (typeof url === 'string')
      expect(
        pages.filter(page => url.startsWith(page)),
        url,
      ).toHaveLength(1)
  for (const each of ofType(payloads, 'mrkdwn', 'plain_text')) {
    if (each['type'] === 'plain_text') expect(each['emoji']).toBe(false)
    else expect(String(each['text'])).toMatch(/^<(@U[A-Z0-9]+|!date\^[^<>]*|http:\/\/[^<>|\s]+\|[^<>]*)>$/)
  }
  for (const payload of payloads as readonly { text?: unknown }[])
    expect(bareOf(String(payload.text ?? ''))).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
}

/** A text without what the lab itself writes as markup: who is mentioned, when, and its own pages. */
function bareOf(text: string): string {
  return text.replace(/<(@U[A-Z0-9]+|!date\^[^<>]*)>/g, '').replace(/<http:\/\/127[^<>|\s]+\|[^<>]*>/g, '')
}

/** Prints what it was given in each way, and the word of its own. */
function program(word: string): Buffer {
  return Buffer.from(`#!/bin/sh\nprintf '%s\\n' "$@" "$BAD"\ncat <<'EOF_OF_IT'\n${word}\nEOF_OF_IT\n`)
}

/** A line as Slack hands it on: what a person typed is no markup. */
function typed(...texts: readonly string[]): string {
  return escaped(formatWords(texts.map(text => ({ text, quoted: false }))))
}

/** What a screen shows of it: without control characters, and without what turns the reading around. */
function readable(word: string): boolean {
  return !/[\u0000-\u001f\u007f-\u009f\u200b-\u202e\u2066-\u2069\ufeff]/.test(word) && word.length < 200
}

async function settled(from: number): Promise<void> {
  const { slack, world } = office
  const isDone = (): boolean => world.lab.inbox.entries().every(each => each.stage === 'done')
  await until(() => isDone() && slack.calls().length > from, 'all is answered')
}

/** As much of it as may be in the name of a file. */
function named(word: string): string {
  return word.replaceAll(/[\u0000-\u001f\u007f-\u009f/\\]/g, ' ').slice(0, 80)
}

/** By the file, an argument and a variable of a test. */
async function inTest(word: string): Promise<void> {
  const { slack, world } = office
  const [evil, lab] = [slack.person(NAMED), slack.channel('lab')]
  const before = (await world.lab.runs({})).length
  // No program can be given a NUL; it can print one.
  const given = word.replaceAll('\0', '').slice(0, 300)
  const message = evil.upload(lab, named(word), program(word))
  await evil.shortcut('Run this file on a board', message)
  await evil.waitsFor('modal', /Family/)
  const [args, env] = [
    formatWords([{ text: given, quoted: false }]),
    formatWords([{ text: `BAD=${given}`, quoted: false }]),
  ]
  await evil.fill({ family: 'socA', args, env })
  await evil.submit()
  const seen = await evil.waitsFor('modal', /T\d+ · |! /)
  const runs = await world.lab.runs({})
  await evil.close({ all: true })
  const [run] = runs
  if (run === undefined || runs.length === before) throw new Error(`no test: ${JSON.stringify(seen)}`)
  expect((await world.finished(run.id)).state).toBe('passed')
  const card = slack.channel('lab').message(new RegExp(`^${run.id} ·`))
  if (readable(word)) expect(card.text).toContain(word)
}

describe('what people and boards write', () => {
  it.each(CORPUS.map((word, at) => [at, word] as const))(
    'P28 is text and calls nobody: word %i as the name of a program and of a person, as argument, variable, output, reason and audit line (chat-platforms 6.9) (chat-platforms 6.10)',
    async (_, word) => {
      const { slack } = office
      const [lab, kai, ops, ada] = [
        slack.channel('lab'),
        slack.person('kai'),
        slack.person('ops'),
        slack.person('ada'),
      ]
      const evil = slack.person(NAMED)
      const [from, heard] = [slack.calls().length, kai.notices.length]
      await inTest(word)
      const some = word.slice(0, 200)
      await ops.slash('/lab', typed('boards', 'maintain', 'soc-b-002', '--reason', some), lab)
      await settled(from)
      for (const text of [
        ...[
          typed('tests', 'show', some),
          typed(some),
          typed('find', some),
          typed('run-test', some, '--shell', some),
        ],
        ...[
          'tests',
          'queue',
          'status',
          'boards',
          'boards show soc-b-002',
          'tests show T1',
          `${escaped(some)} "`,
        ],
      ])
        await evil.slash('/lab', text, lab)
      await ada.slash('/lab', 'audit', lab)
      evil.openHome()
      await settled(from)
      expectOnlyText(sent(from))
      expect(kai.notices.length).toBe(heard)
      expectNoTrouble(office)
    },
    30_000,
  )
})
