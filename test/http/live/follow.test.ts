import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { systemClock } from '../../../src/clock.ts'
import type { Followed } from '../../../src/commands/types.ts'
import { NotFoundError } from '../../../src/errors.ts'
import { eventRoutes } from '../../../src/http/live/events.ts'
import { sendFollowed } from '../../../src/http/live/follow.ts'
import { createStreams } from '../../../src/http/live/streams.ts'
import type { Lab, RunLogQuestion } from '../../../src/lab/lab.ts'
import type { Run } from '../../../src/lab/types.ts'
import { aLog, createLabPort, makeAttempt, makeRun, NOON } from '../../commands/lab-port.ts'
import { until } from '../../until.ts'
import { listen, read, serve, serveRoutes } from './stand.ts'

const FOLLOWED: Followed = {
  kind: 'run',
  id: 'T12',
  whole: false,
  console: null,
  grep: null,
  times: false,
  after: 0,
}

/** A test that prints what is pushed to `printed`. */
function running(more: Partial<Lab> = {}) {
  const printed: string[] = []
  const asked: RunLogQuestion[] = []
  const lab = createLabPort({
    async log(_id, question) {
      asked.push(question)
      return aLog(printed, question.after)
    },
    ...more,
  })
  const runs = lab.state().runs as Record<string, Run>
  runs['T12'] = makeRun({ id: 'T12', state: 'running' })
  return {
    ...{ lab, printed, asked },
    say(...lines: string[]) {
      printed.push(...lines)
      lab.publish('run/T12')
    },
    end() {
      runs['T12'] = makeRun({ id: 'T12', state: 'passed' })
      lab.publish('run/T12')
    },
  }
}

async function text(lab: Lab, followed = FOLLOWED, clock: Clock = systemClock) {
  const streams = createStreams({ clock, most: 5 })
  const served = await serve(ctx =>
    sendFollowed(ctx, followed, [{ t: lab.now(), text: 'before' }], { lab, streams, clock }),
  )
  return { ...served, streams }
}

test('I3 a log is followed as text to the end of the test, with the lines that came first', async () => {
  const on = running()
  on.printed.push('one')
  const { port, streams } = await text(on.lab)
  const reader = await read(port)
  await reader.sees('before\none\n')
  expect(reader.answer.headers['content-type']).toBe('text/plain; charset=utf-8')
  on.say('two', 'three')
  await reader.sees('two\nthree\n')
  on.printed.push('said with its last breath')
  on.end()
  await until(() => reader.over() === 'ended', 'the end')
  expect(reader.text()).toBe('before\none\ntwo\nthree\nsaid with its last breath\n')
  expect(streams.count).toBe(0)
})

test('lines that came faster than they are shown are counted', async () => {
  const on = running({ log: async () => ({ ...aLog(['last']), matched: 5_001 }) })
  const { port } = await text(on.lab)
  const reader = await read(port)
  await reader.sees('--- 5000 lines came too fast to be shown; all are in the log ---\nlast\n')
})

test('nothing is read any more for a reader that has left', async () => {
  const on = running()
  const { port, streams } = await text(on.lab)
  const reader = await read(port)
  await reader.sees('before')
  reader.leave()
  await until(() => streams.count === 0, 'the reader to be gone')
  // The first look, and the one after its end.
  await until(() => on.asked.length === 2, 'the last look')
  for (let n = 0; n < 20; n++) on.say('y')
  await setImmediate()
  expect(on.asked.length).toBe(2)
})

test('another attempt has a log of its own, which is followed from its beginning', async () => {
  const on = running()
  on.printed.push('one', 'two')
  const { port } = await text(on.lab)
  const reader = await read(port)
  await reader.sees('one\ntwo\n')
  on.printed.splice(0, 2, 'one again')
  const runs = on.lab.state().runs as Record<string, Run>
  const attempts = [makeAttempt({ endedAt: NOON }), makeAttempt({ number: 2 })]
  runs['T12'] = makeRun({ id: 'T12', state: 'running', attempts })
  on.lab.publish('run/T12')
  await reader.sees('two\n--- attempt 2 ---\none again\n')
})

test('a log is read no faster than its reader reads, and goes on when that does', async () => {
  const block = Array.from({ length: 1_000 }, () => 'x'.repeat(1_000))
  let looks = 0
  const on = running({
    async log() {
      looks++
      return { ...aLog(block), next: looks }
    },
  })
  const { port, streams } = await text(on.lab)
  const reader = await read(port)
  reader.answer.pause()
  const rested = { at: 0, since: 0 }
  await until(() => {
    on.lab.publish('run/T12')
    if (looks !== rested.at) Object.assign(rested, { at: looks, since: 0 })
    return ++rested.since > 100
  }, 'it to rest')
  // What the kernel holds for a connection, and a megabyte or two of ours.
  expect([looks < 40, streams.count]).toEqual([true, 1])
  reader.answer.resume()
  await until(() => {
    on.lab.publish('run/T12')
    return looks > rested.at + 20
  }, 'it to go on')
  expect(reader.over()).toBe('no')
  reader.leave()
  await until(() => streams.count === 0, 'the stream to be let go')
})

test('at the end of the process the reader is cut: the log has not ended', async () => {
  const on = running()
  const { port, streams } = await text(on.lab)
  const reader = await read(port)
  await reader.sees('before')
  streams.closeAll()
  await until(() => reader.over() === 'cut', 'the cut')
  const next = await read(port)
  expect([next.answer.statusCode, next.answer.headers['retry-after']]).toEqual([503, '10'])
})

test("a board's log goes on for as long as somebody looks", async () => {
  const printed = ['login:']
  const lab = createLabPort({ boardLog: async (_id, _console, { after }) => aLog(printed, after) })
  const { port } = await text(lab, { ...FOLLOWED, kind: 'board', id: 'soc-a-001', whole: true })
  const reader = await read(port)
  await reader.sees('login:\n')
  printed.push('root')
  lab.publish('board/soc-a-001')
  await reader.sees('root\n')
  expect(reader.over()).toBe('no')
})

async function events(lab: Lab) {
  return await serveRoutes(
    eventRoutes({ lab, clock: systemClock, streams: createStreams({ clock: systemClock, most: 5 }) }),
  )
}

test('as events, who lost the connection goes on behind the last line that was read', async () => {
  const on = running()
  on.printed.push('one', 'two')
  const { port } = await events(on.lab)
  const first = await listen(port, '/api/v1/events/log?kind=run&id=t12')
  const { data, id } = await first.hears('lines')
  expect([data, id]).toEqual([{ lines: ['one', 'two'] }, '2'])
  first.leave()
  on.printed.push('three')
  const second = await listen(port, '/api/v1/events/log?kind=run&id=T12', { 'last-event-id': id })
  expect((await second.hears('lines')).data).toEqual({ lines: ['three'] })
  on.printed.push('four')
  on.end()
  await second.hears('ended')
  await until(() => second.over() === 'ended', 'the end')
  expect(second.events().map(event => event.data)).toEqual([{ lines: ['three'] }, { lines: ['four'] }, {}])
})

test('what is to be followed is what `follows` of an answer says', async () => {
  const on = running()
  const { port } = await events(on.lab)
  await listen(port, '/api/v1/events/log?kind=run&id=T12&whole=true&grep=panic&times=false&after=9')
  await until(() => on.asked[0], 'the question')
  expect(on.asked[0]).toEqual({ limit: 1_000, grep: 'panic', after: 9, whole: true })
})

test.for([
  ['kind=run&id=T99', 404, 'There is no test "T99".'],
  ['kind=board&id=nowhere', 404, 'There is no board "nowhere".'],
  ['kind=pdu&id=x', 400, 'It is not said whose log is meant.'],
  ['', 400, 'It is not said whose log is meant.'],
  ['kind=run&kind=board&id=%00', 404, 'There is no test'],
] as const)('?%s answers %i', async ([query, status, words]) => {
  const { lab } = running({
    async boardLog(id) {
      throw new NotFoundError(`There is no board "${id}".`, { hint: 'Boards: soc-a-001' })
    },
  })
  const { port } = await events(lab)
  const reader = await read(port, `/api/v1/events/log?${query}`)
  await until(() => reader.over() === 'ended', 'the answer')
  expect(reader.answer.statusCode).toBe(status)
  expect(reader.text()).toContain(JSON.stringify(words).slice(1, -1))
})
