import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { frameOf } from '../../src/cards/topics.ts'
import type { Run } from '../../src/lab/types.ts'
import { draw } from '../cards/draw.ts'
import { until } from '../until.ts'
import { startWorld, type World, type WorldOptions, wordsOf } from './world.ts'

const BOARD = 'soc-a-001'
const ONE_BOARD = [{ id: BOARD, family: 'socA' }]

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({ boards: ONE_BOARD, ...options })
}

async function runOf(line: string): Promise<Run> {
  return await world.finished(await world.start(line))
}

async function cardOf(id: string): Promise<string> {
  return await world.card(`run/${id}`)
}

async function shown(line: string): Promise<string> {
  return draw((await world.type(line)).view, null, frameOf(world.lab)).join('\n')
}

async function served(run: Run, name: string): Promise<string> {
  const answer = await fetch(world.lab.link(run.id, name))
  expect([name, answer.status]).toEqual([name, 200])
  return await answer.text()
}

/** A program that prints these lines. */
async function program(name: string, lines: readonly string[], exit = 0): Promise<string> {
  await world.program(name, `#!/bin/sh\ncat <<'END'\n${lines.join('\n')}\nEND\nexit ${exit}\n`)
  return `./${name}`
}

/** A command line that goes on when `go` comes. */
const WAIT = 'while ! [ -e /tmp/go ]; do sleep 0.1; done'
async function go(): Promise<void> {
  await writeFile(join(world.board(BOARD).dir, 'fs/tmp/go'), '')
}

const TAP = ['TAP version 13', '1..3', 'ok 1 memcpy_aligned', 'ok 2 atomic_swap', 'ok 3 strlen']
const BROKEN = TAP.with(3, 'not ok 2 atomic_swap\n# expected 4, got 5')

describe('test cases, as a person sees them (M6.6)', () => {
  it('a program that exits 0 has failed when a case of it did; it is said since when, and compared', async () => {
    await open()
    const first = await runOf(`run-test socA ${await program('suite', TAP)}`)
    expect(await cardOf(first.id)).toContain('3 of 3 cases passed.')
    const second = await runOf(`run-test socA ${await program('suite', BROKEN)}`)

    expect(second).toMatchObject({
      state: 'failed',
      result: {
        exitStatus: 0,
        title: '1 of 3 cases failed',
        failure: { class: 'test', cause: 'test cases', blame: 'none' },
      },
    })
    const card = (await cardOf(second.id)).split('\n')
    expect(card[0]).toContain('T2 · suite on soc-a-001 · failed: 1 case ')
    expect(card[1]).toMatch(/^2 of 3 cases passed\. Failed: atomic_swap \(new since T1, .*\)\.$/)
    expect(card[3]).toMatch(/^ +atomic_swap +expected 4, got 5 +line 4$/)
    expect(card[4]).toMatch(/^exit status 0 · board released · log .* · results\.xml: http/)
    expect(card.at(-1)).toMatch(/Compare with T1 +tests compare T2 T1$/)
    expect(world.told.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^@mei T1 passed on soc-a-001 after .*: suite, 3 cases\. Log: http/),
      expect.stringMatching(/^@mei T2 failed after .*: atomic_swap \(1 of 3\)\. Log: http.*#L4$/),
    ])
    expect(await shown('tests show T2')).toContain('# expected 4, got 5')
    expect(await shown('tests compare T2 T1')).toMatch(
      /T2 beside T1 · suite · 1 newly failing\n.*\nnewly failing: 1\n.*\n +atomic_swap +pass +fail +expected 4, got 5\n/,
    )
    expect(await served(second, 'results.xml')).toContain('<testsuites name="T2" tests="3" failures="1"')
    expect(JSON.parse(await served(second, 'cases.json'))).toMatchObject({
      totals: { total: 3, announced: 3 },
    })
    const third = await runOf('tests rerun T1')
    expect(third.state).toBe('passed')
    expect(await shown('tests compare T3 T2')).toContain('1 newly passing')
    expect(world.errors).toEqual([])
  })

  it('while it runs: how many of how many, and the last of them; a line that the kernel cut into counts', async () => {
    await open()
    const id = await world.start(
      `run-test socA --shell "printf '1..4\\nok 1 a\\nnot ok 2 b\\n# no\\nok 3 c # SKIP none\\nnot '; ${WAIT}; echo 'ok 4 d'"`,
    )
    await until(() => world.lab.progress(id)?.cases?.totals.total === 3, 'three are there', 20_000)
    const card = await cardOf(id)
    expect(card).toContain(
      '▓▓▓▓▓▓▓░░░ 3 of 4 cases · 1 failed · 1 skipped\n  ok a\n  not ok b\n  skip c  (none)\n',
    )
    world.board(BOARD).inject('usb 1-1: new high-speed USB device number 4')
    await go()
    const run = await world.finished(id)
    expect(run.result?.cases).toMatchObject({ totals: { total: 4, fail: 2, announced: 4 }, problems: [] })
    expect(run.result?.cases?.failed.map(each => each.name)).toEqual(['b', 'd'])
  })

  it('what the kernel prints meanwhile is read too: KTAP of a module that was loaded', async () => {
    await open()
    const id = await world.start(`run-test socA --shell "echo loading; ${WAIT}; echo done"`)
    await until(() => world.lab.progress(id)?.lastLine === 'loading', 'it is loading', 20_000)
    for (const line of ['KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: list', '    1..2'])
      world.board(BOARD).inject(line)
    for (const line of ['    ok 1 add', '    not ok 2 del', 'not ok 1 list']) world.board(BOARD).inject(line)
    await go()
    const run = await world.finished(id)
    expect(run).toMatchObject({ state: 'failed', result: { title: '1 of 2 cases failed' } })
    expect(run.result?.cases?.failed).toMatchObject([{ name: 'list/del' }])
  })

  it('an exit status beside failed cases: the title is the cases’, the note has the status (gtest)', async () => {
    await open()
    const lines = [
      '[==========] Running 2 tests from 1 test suite.',
      '[ RUN      ] Net.send',
      '[       OK ] Net.send (3 ms)',
      '[ RUN      ] Net.recv',
      'net.cc:12: Failure',
      '[  FAILED  ] Net.recv (1 ms)',
      '[==========] 2 tests from 1 test suite ran. (4 ms total)',
      '[  PASSED  ] 1 test.',
    ]
    const run = await runOf(`run-test socA ${await program('net', lines, 1)}`)
    const card = await cardOf(run.id)
    expect(card).toContain('· failed: 1 case')
    expect(card).toMatch(/Net\.recv +net\.cc:12: Failure +line \d/)
    expect(card).toContain('exit status 1 · ')
  })

  it('ten thousand of them are counted and kept, and what failed is named', async () => {
    await open()
    await world.program(
      'many',
      '#!/bin/sh\necho 1..10000\ni=0\nwhile [ $i -lt 10000 ]; do i=$((i+1))\ncase $i in 7*3) echo "not ok $i - case $i";; *) echo "ok $i - case $i";; esac\ndone\n',
    )
    const run = await runOf('run-test socA ./many')
    expect(run.result?.cases?.totals).toMatchObject({ total: 10_000, fail: 111, announced: 10_000 })
    expect(run.result?.title).toBe('111 of 10000 cases failed')
    const card = await cardOf(run.id)
    expect(card).toContain('9889 of 10000 cases passed. Failed: case 73, case 703, case 713 and 108 more.')
    expect(card).toContain('5 of 111 failed cases; all of them: tests show T1')
    const answer = await world.type('tests show T1')
    expect(answer).toMatchObject({ kind: 'done', result: { failedCases: { length: 111 } } })
    expect((JSON.parse(await served(run, 'cases.json')) as { cases: unknown[] }).cases).toHaveLength(10_000)
  })

  it('missing ones are said, and do not fail a program that exits 0', async () => {
    await open()
    const run = await runOf(`run-test socA ${await program('lossy', ['1..5', 'ok 1 a', 'ok 2 b', 'ok 4 d'])}`)
    expect(run.state).toBe('passed')
    expect(await cardOf(run.id)).toContain('3 of 3 cases passed. 5 announced, 3 seen: 2 results are missing.')
    expect(world.told.at(-1)?.text).toContain('lossy, 3 of 5 cases seen. Log')
  })

  it('a JUnit file that is collected is read before the outcome; other files are files, a damaged one is said', async () => {
    await open()
    const xml =
      '<testsuite name="net" tests="2"><testcase name="send"/><testcase name="recv"><failure message="no route"/></testcase></testsuite>'
    await world.program(
      'unit',
      `#!/bin/sh\necho '${xml}' >net.xml\necho '<coverage/>' >cov.xml\necho '<testsuite><testcase name="x"></testsuite>' >bad.xml\n`,
    )
    const run = await runOf("run-test socA ./unit --collect '*.xml'")
    expect(run).toMatchObject({ state: 'failed', result: { exitStatus: 0, title: '1 of 2 cases failed' } })
    const card = await cardOf(run.id)
    expect(card).toMatch(/net\/recv +no route +net\.xml, case 2/)
    expect(card).toContain('bad.xml is not JUnit XML: line 1: ')
    expect(card).not.toContain('cov.xml is')
    expect(await served(run, 'results.xml')).toContain('no route')
  })

  it('a program’s own results.xml has another name than the lab’s', async () => {
    await open()
    await world.program(
      'own',
      `#!/bin/sh\necho '<testsuite name="s"><testcase name="a"/></testsuite>' >results.xml\n`,
    )
    const run = await runOf('run-test socA ./own --collect results.xml')
    expect(run.result?.collected?.files).toEqual([{ path: 'results.xml', name: 'results_2.xml' }])
    expect(await served(run, 'results.xml')).toContain('<testsuites name="T1" tests="1"')
  })

  it('what cannot be compared is answered with what to do', async () => {
    await open({ boards: [...ONE_BOARD, { id: 'soc-b-001', family: 'socB' }] })
    await runOf('run-test socA --shell true')
    await runOf(`run-test socA ${await program('suite', TAP)}`)
    await runOf(`run-test socB ${await program('suite', TAP)}`)
    const answers = async (line: string): Promise<string> => wordsOf(await world.type(line))
    expect(await answers('tests compare T2 T9')).toContain('There is no test T9.')
    expect(await answers('tests compare T2 T1')).toContain(
      'T1 told of no test cases, so there is nothing to compare.',
    )
    expect(await answers('tests compare T2 T2')).toContain('T2 beside itself has no differences.')
    expect(await answers('tests compare T2')).toContain('OTHER is missing')
    expect(await shown('tests compare T3 T2')).toContain('Different families: T3 on socB, T2 on socA.')
    const id = await world.start(`run-test socA --shell "echo 1..2; echo ok 1 a; ${WAIT}; echo ok 2 b"`)
    await until(() => world.lab.progress(id)?.cases !== undefined, 'one is there', 20_000)
    expect(await answers(`tests compare ${id} T2`)).toContain(
      'T4 is running: its cases are not all known yet.',
    )
    await go()
    await world.finished(id)
  })
})
