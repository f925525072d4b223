import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { worst } from '../../../src/bot/terminal/pipe.ts'
import type { Exit } from '../../../src/commands/types.ts'
import type { Ending } from '../../../src/lab/lab.ts'
import {
  aLog,
  createLabPort,
  makeAttempt,
  makeBoard,
  makePower,
  makeResult,
  makeRun,
  NOON,
} from '../../commands/lab-port.ts'
import { until } from '../../until.ts'
import { item, stage } from './stage.ts'

const OK: Ending = { ok: true, exit: 0 }
const signal = new AbortController().signal

/** Ends a run of the port: its outcome is told, then nothing is owed any more. */
async function finish(
  lab: ReturnType<typeof createLabPort>,
  from: ReturnType<typeof stage>,
  id: string,
  ending = OK,
): Promise<void> {
  const runs = lab.state().runs as Record<string, ReturnType<typeof makeRun>>
  const run = runs[id] ?? makeRun({ id })
  runs[id] = {
    ...run,
    state: ending.ok ? 'passed' : 'failed',
    rev: run.rev + 1,
    attempts: [makeAttempt()],
    result: makeResult({ title: 'exit status 3' }),
  }
  expect(await from.face.channel.deliver(item(`run/${id}`), signal)).toBe('delivered')
  lab.end(`run/${id}`, ending)
}

test('each line is answered, and what it started is told, before the next is read', async () => {
  const lab = createLabPort()
  const on = stage(lab)
  const over = on.face.run()
  on.input.end('run-test socA --shell one\n\n# nothing\nqueue\n')
  await on.sees('T1 · one on socA · queued')
  expect(on.shown()).not.toContain('Queue ·')
  await finish(lab, on, 'T1')
  expect(await over).toBe(0)
  const text = on.shown()
  const order = [
    'T1 · one on socA · queued',
    '@me T1 passed on soc-a-003 after 01:12: one. Log: http://lab/artifacts/T1',
    '  hello, world',
    'Queue · 0 waiting',
  ].map(each => text.indexOf(each))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order).not.toContain(-1)
})

test('& does not wait for what a line started; the end of the input does, and its exit counts', async () => {
  const lab = createLabPort()
  const on = stage(lab)
  const over = on.face.run()
  on.input.end('run-test socA --shell slow &\nrun-test socA --shell fast\nqueue\n')
  await on.sees('T2 · fast on socA · queued')
  expect(on.shown()).not.toContain('Queue ·')
  await finish(lab, on, 'T2')
  await on.sees('Queue ·')
  let ended = false
  void over.then(() => {
    ended = true
  })
  await finish(lab, on, 'T1', { ok: false, exit: 1 })
  expect(await over).toBe(1)
  expect(ended).toBe(true)
  expect(on.shown().indexOf('T2 passed')).toBeLessThan(on.shown().indexOf('T1 failed'))
})

test('a telling never comes before the answer to the line that started it', async () => {
  const lab = createLabPort()
  let told: Promise<unknown> = Promise.resolve()
  const record = lab.record
  const on = stage(
    Object.assign(lab, {
      record: async (entry: Parameters<typeof record>[0]) => {
        // The run has ended while its line is still being answered.
        told = on.face.channel.deliver(item('run/T1'), signal)
        await record(entry)
      },
    }),
  )
  const over = on.face.run()
  on.input.end('run-test socA --shell quick\n')
  await on.sees('T1 · quick on socA · queued')
  await told
  lab.end('run/T1', OK)
  await over
  expect(on.shown().indexOf('@me T1')).toBeGreaterThan(on.shown().indexOf('T1 · quick'))
})

test('@name: says who types, and is audited as it was typed', async () => {
  const lab = createLabPort()
  const on = stage(lab)
  on.input.end('@mei: queue\n@mei:\n')
  expect(await on.face.run()).toBe(3)
  expect(lab.entries).toMatchObject([{ who: { id: 'mei', platform: 'terminal' }, line: '@mei: queue' }])
  expect(on.shown()).toContain('There is nothing after @mei:')
})

test('a number presses a button of the last card that has any', async () => {
  const lab = createLabPort()
  const on = stage(lab)
  on.input.end('status\n2\n9\n')
  expect(await on.face.run()).toBe(3)
  expect(lab.entries.map(entry => entry.line)).toEqual(['status', 'queue'])
  expect(on.shown()).toContain('There is no button 9.\nThe last card with buttons has 1 to 3.')
})

test('--json prints each reply as one line of JSON: the result, or the error', async () => {
  const lab = createLabPort({ boards: () => [makeBoard('soc-a-001')] })
  const on = stage(lab, { json: true, isTTY: true })
  const over = on.face.run()
  on.input.end('boards\nrun-test scoA x\nrun-test\n@x:\nrun-test socA --shell true\n')
  await on.sees('"id":"T1"')
  await finish(lab, on, 'T1')
  expect(await over).toBe(3)
  const lines = on
    .shown()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, never>)
  expect(lines).toMatchObject([
    { boards: [{ config: { id: 'soc-a-001' } }] },
    {
      error: {
        code: 'not-found',
        message: 'There is no family "scoA". Did you mean socA? Families: socA, socB.',
        hint: 'run-test socA x',
        class: 'input',
      },
    },
    { error: { code: 'input' } },
    { error: { code: 'input', message: 'There is nothing after @x:' } },
    { run: { id: 'T1' }, waiting: null },
    {
      told: {
        topic: 'run/T1',
        kind: 'run-ended',
        to: 'me',
        text: '@me T1 passed on soc-a-003 after 01:12: true. Log: http://lab/artifacts/T1',
      },
    },
  ])
  expect(on.shown()).not.toContain('hunter2')
})

test('a power cycle is waited for to back or not back', async () => {
  const end = makePower({ endedAt: NOON, back: false, after: 'on' })
  const lab = createLabPort({ power: async () => makePower(), powerEvent: async () => end })
  const on = stage(lab)
  const over = on.face.run()
  on.input.end('power cycle soc-a-001\nqueue\n')
  await on.sees('power cycle soc-b-001 · off')
  expect(on.shown()).not.toContain('Queue')
  lab.end('power/W1', { ok: false, exit: 2 })
  expect(await over).toBe(2)
  expect(on.shown()).toMatch(/power cycle soc-b-001 · not back[\s\S]*Queue/)
})

test('a followed test prints its output as it comes, to its end', async () => {
  const lines = ['one']
  const lab = createLabPort({
    log: async (_id, { after }) => aLog(lines, after),
  })
  const runs = lab.state().runs as Record<string, unknown>
  runs['T5'] = makeRun({ id: 'T5', state: 'running', attempts: [makeAttempt()] })
  const on = stage(lab)
  const over = on.face.run()
  on.input.end('tests follow T5\n')
  await on.sees('T5 · hello on soc-a-003 · running')
  await on.sees('\n  one\n')
  lines.push('\x1b[31mtwo')
  await until(() => on.clock.timers > 0, 'the next look')
  await on.clock.pass(1_000)
  await on.sees('\n  two\n')
  lines.push('three')
  lab.end('run/T5', OK)
  expect(await over).toBe(0)
  expect(on.shown().match(/^ {2}(one|two|three)$/gm)).toEqual(['  one', '  two', '  three'])
})

test('the exit is the worst of all: 0 only if every line and its work succeeded', async () => {
  const kinds = ['passed', 'failed', 'broken', 'wrong', 'nothing'] as const
  const exits: Readonly<Record<(typeof kinds)[number], Exit>> = {
    passed: 0,
    failed: 1,
    broken: 2,
    wrong: 3,
    nothing: 0,
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...kinds), fc.boolean()), { maxLength: 6 }),
      async typed => {
        const lab = createLabPort({ ending: async topic => ({ ok: false, exit: endings.get(topic) ?? 0 }) })
        const endings = new Map<string, Exit>()
        const lines = typed.map(([kind, background]) => {
          if (kind === 'wrong') return 'run-test nowhere x'
          if (kind === 'nothing') return '# comment'
          endings.set(`run/T${endings.size + 1}`, exits[kind])
          return `run-test socA --shell ${kind}${background ? ' &' : ''}`
        })
        const on = stage(lab)
        on.input.end(lines.join('\n'))
        expect(await on.face.run()).toBe(Math.max(0, ...typed.map(([kind]) => exits[kind])))
      },
    ),
  )
  expect(worst(1, 3)).toBe(3)
})

test('exit ends it before the end of the input', async () => {
  const on = stage(createLabPort())
  on.input.write('queue\nexit\nboards\n')
  expect(await on.face.run()).toBe(0)
  expect(on.shown()).not.toContain('Boards')
})

test('start does not end with its input; closing ends it and everything it waits for', async () => {
  const on = stage(createLabPort(), { stays: true })
  const over = on.face.run()
  on.input.end('queue\n')
  await on.sees('Queue')
  on.face.close()
  expect(await over).toBe(0)
  const waiting = stage(createLabPort())
  const ends = waiting.face.run()
  waiting.type('run-test socA --shell true\n')
  await waiting.sees('queued')
  waiting.face.close()
  expect(await ends).toBe(2)
  await expect(waiting.face.channel.deliver(item('run/T1'), signal)).rejects.toThrow('the terminal is closed')
})

test('an end that cannot be seen is complained of, and counts as infrastructure', async () => {
  const on = stage(createLabPort({ ending: () => Promise.reject(new Error('no way')) }))
  on.input.end('run-test socA --shell true\n')
  expect(await on.face.run()).toBe(2)
  expect(on.errors()).toBe('The end of run/T1 was not seen: no way\n')
})

test('what is no longer there to tell is told to nobody', async () => {
  expect(await stage(createLabPort()).face.channel.deliver(item('run/T404'), signal)).toBe('nobody')
})

test('a reader that goes away is no fault, and what is told is kept for another', async () => {
  const output = new PassThrough()
  const lab = createLabPort()
  Object.assign(lab.state().runs, { T1: makeRun({ id: 'T1' }) })
  const on = stage(lab, { output })
  output.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  on.input.end('queue\nboards\n')
  expect(await on.face.run()).toBe(0)
  expect(lab.entries).toHaveLength(2)
  await expect(on.face.channel.deliver(item('run/T1'), signal)).rejects.toThrow('the terminal is closed')
})
