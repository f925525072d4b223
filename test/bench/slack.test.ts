import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { slackManifest } from '../../src/bot/slack/manifest.ts'
import { commands } from '../../src/commands/registry.ts'
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts'
import { type SlackStub, startSlackStub } from '../slack/stub.ts'
import { until } from '../until.ts'
import { type Child, measured, startChild } from './child.ts'
import type { BoltSaid } from './children/bolt.ts'
import type { BotSaid } from './children/bot.ts'
import type { SlackCardsSaid } from './children/slack-cards.ts'
import { type Figure, median, percentile, print, spread } from './figures.ts'

const BOARDS = 1_000
const PEOPLE = 100
const ROUNDS = 2
const ALONE = 100
const CLICKS = 20
const READY_MS = 90_000
const MIB = 1024 * 1024
const QUESTIONS = ['queue', 'boards', 'status', 'leases', 'help']

type Mode = 'socket' | 'http'
/** An app under measurement: ours or a bare one. */
type Subject = {
  name: 'ours' | 'bare'
  child: Child<BotSaid | BoltSaid>
  slack: SlackStub
  n: number
  missed: string[]
}
type Times = { alone: number[]; crowd: number[]; click: number[]; missed: string[] }

let dir = ''
let simulator: SimulatorProcess
const ids = Array.from({ length: BOARDS }, (_, n) => `b-${n}`)
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const boards = ids.map(id => ({ id, port: 0, bootMs: 30, light: true }))
  simulator = await startSimulatorProcess(dir, { dir, boards, pdus: [] })
  for (const count of [0, BOARDS]) writeFileSync(fileOf(count), boardsYaml(ids.slice(0, count)))
})
afterAll(async () => {
  await simulator.close()
  rmSync(dir, { recursive: true, force: true })
})

function fileOf(count: number): string {
  return join(dir, `boards-${count}.yaml`)
}

function boardsYaml(some: readonly string[]): string {
  const lines = some.map(
    id =>
      `  - { id: ${id}, family: f, console: { driver: telnet, host: 127.0.0.1, port: ${simulator.port(id)} } }`,
  )
  return some.length === 0 ? 'boards: []\n' : ['boards:', ...lines, ''].join('\n')
}

async function begin(name: Subject['name'], mode: Mode): Promise<Subject> {
  const slack = await startSlackStub({ manifest: slackManifest(commands, 'all', null), mode })
  const own = { DATA_DIR: join(dir, `data-${mode}`), BOARDS_FILE: fileOf(BOARDS), CHAT: 'slack', PORT: '0' }
  const child = startChild<BotSaid | BoltSaid>(name === 'ours' ? 'bot' : 'bolt', [], {
    ...own,
    ...slack.env(),
  })
  const address = await child.hear(said => (said.say === 'ready' ? said.address : null), 'it is up')
  slack.webhook.pointAt(`${address}/webhooks/slack`)
  const subject: Subject = { name, child, slack, n: 0, missed: [] }
  if (mode === 'socket') await until(() => slack.socket.connections === 1, 'it is connected', READY_MS)
  if (name === 'ours') await until(async () => (await usage(subject)).checked === BOARDS, 'asked', READY_MS)
  return subject
}

async function usage(subject: Subject): Promise<{ rssBytes: number; checked: number }> {
  const n = ++subject.n
  subject.child.tell({ usage: n })
  const hear = (said: BotSaid | BoltSaid) => (said.say === 'usage' && said.n === n ? said : null)
  return { checked: 0, ...(await subject.child.hear(hear, 'usage')) }
}

/** From Slack's request to its acknowledgement. */
async function acknowledged(subject: Subject, person: number, at: number): Promise<number> {
  const { slack } = subject
  const from = performance.now()
  const question = QUESTIONS[at % QUESTIONS.length] ?? ''
  const answer = await slack.person(`p${person}`).slash('/lab', question, slack.channel('lab'))
  if (answer?.kind !== 'ack') subject.missed.push(answer?.kind === 'none' ? answer.reason : 'not sent')
  return performance.now() - from
}

/** What was heard is carried out after its acknowledgement: the next measurement does not begin in the middle of it. */
async function quiet({ slack }: Subject): Promise<void> {
  let calls = -1
  let since = performance.now()
  await until(
    () => {
      if (slack.calls().length !== calls) since = performance.now()
      calls = slack.calls().length
      return performance.now() - since > 300
    },
    'it is quiet',
    READY_MS,
  )
}

/** From the click to the message that it asks for; in a place of its own, for a place takes one message a second. */
async function clicked(subject: Subject, place: string): Promise<number> {
  const { slack } = subject
  const [mei, lab] = [slack.person('p0'), slack.channel(place)]
  await mei.slash(subject.name === 'ours' ? '/lab' : '/lease', 'queue', lab)
  await mei.waitsFor(lab, /\[Post here\]/, READY_MS)
  const posted = (): number => slack.calls('chat.postMessage').length
  const before = posted()
  const from = performance.now()
  void mei.click('Post here')
  await until(() => posted() > before, 'its answer', READY_MS)
  return performance.now() - from
}

async function measure(name: Subject['name'], mode: Mode): Promise<Times> {
  const subject = await begin(name, mode)
  const { slack, child } = subject
  for (let person = 0; person < PEOPLE; person++) slack.person(`p${person}`)
  const times: Times = { alone: [], crowd: [], click: [], missed: subject.missed }
  for (let n = 0; n < ALONE; n++) times.alone.push(await acknowledged(subject, n % PEOPLE, n))
  await quiet(subject)
  for (let round = 0; round < ROUNDS; round++) {
    const crowd = Array.from({ length: PEOPLE }, (_, n) => acknowledged(subject, n, n + round))
    times.crowd.push(...(await Promise.all(crowd)))
    await quiet(subject)
  }
  for (let n = 0; n < CLICKS; n++) {
    times.click.push(await clicked(subject, `place-${n}`))
    await quiet(subject)
  }
  await child.end()
  await slack.close()
  return times
}

function rows(ours: Times, bare: Times): Figure[] {
  const what = 'bare Bolt'
  const at = (text: string, share: number, pick: (times: Times) => number[]): Figure => ({
    what: `${text}, p${share}`,
    unit: 'ms',
    value: percentile(pick(ours), share),
    floor: { what, value: percentile(pick(bare), share) },
    note: `${pick(ours).length} samples`,
  })
  return [
    ...[50, 99].map(share => at('acknowledged, one at a time', share, times => times.alone)),
    ...[50, 99].map(share => at(`acknowledged, ${PEOPLE} people at once`, share, times => times.crowd)),
    ...[50, 99].map(share => at('click → its answer', share, times => times.click)),
    {
      what: 'not acknowledged',
      unit: `of ${ALONE + ROUNDS * PEOPLE}`,
      value: ours.missed.length,
      note: [...new Set(ours.missed)].join(),
    },
  ].map(figure => (figure.what.startsWith('ack') ? { ...figure, goal: '< 3 s' } : figure))
}

test.each<Mode>(['socket', 'http'])(
  `acknowledging by %s, ${PEOPLE} people and ${BOARDS} boards`,
  async mode => {
    const bare = await measure('bare', mode)
    const ours = await measure('ours', mode)
    print(`Slack by ${mode}: ${PEOPLE} people, ${BOARDS} boards`, rows(ours, bare))
    for (const { alone, crowd, click } of [ours, bare])
      expect([...alone, ...crowd, ...click].every(ms => ms > 0)).toBe(true)
  },
)

test('cards of a large lab', async () => {
  const said = await measured<SlackCardsSaid>('slack-cards')
  print(
    `Slack cards of ${BOARDS} boards, 50 waiting`,
    Object.entries(said).map(([topic, { ms, writtenMs, bytes }]) => ({
      what: `${topic}: from the state to what Slack is sent (${bytes} bytes)`,
      unit: 'ms',
      floor: { what: 'writing it as JSON', value: median(writtenMs) },
      ...spread(ms),
    })),
  )
})

test('memory of the face', async () => {
  const slack = await startSlackStub({ manifest: slackManifest(commands, 'all', null) })
  const rss = async (chat: Record<string, string>): Promise<number> => {
    const own = { DATA_DIR: join(dir, `data-${chat['CHAT']}`), BOARDS_FILE: fileOf(0), PORT: '0' }
    const child = startChild<BotSaid>('bot', [], { ...own, ...chat })
    await child.hear(said => (said.say === 'ready' ? true : null), 'it is up')
    if (chat['CHAT'] === 'slack') await until(() => slack.socket.connections === 1, 'connected', READY_MS)
    const subject: Subject = { name: 'ours', child: child as Subject['child'], slack, n: 0, missed: [] }
    const { rssBytes } = await usage(subject)
    await child.end()
    return rssBytes / MIB
  }
  const terminal = await rss({ CHAT: 'terminal' })
  const connected = await rss({ CHAT: 'slack', ...slack.env() })
  await slack.close()
  const floor = { what: 'without Slack', value: terminal }
  print('Memory of the Slack face, no boards', [
    { what: 'the whole process, connected', unit: 'MiB', value: connected, floor },
    { what: 'the face', unit: 'MiB', value: connected - terminal },
  ])
})
