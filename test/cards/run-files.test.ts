import { expect, test } from 'vitest'
import { type RunFacts, runCard } from '../../src/cards/run.ts'
import { transferCard } from '../../src/cards/transfer.ts'
import type { Transfer } from '../../src/lab/types.ts'
import { makeAttempt, makeResult, makeRun, NOON, person } from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const SHA = 'a1b2c3d4e5f60718'.repeat(4)

function stored(
  name: string,
  size = 1234,
): { name: string; size: number; sha256: string; type: string; storedAt: number } {
  return { name, size, sha256: SHA, type: 'application/octet-stream', storedAt: NOON }
}

function facts(run: RunFacts['run']): RunFacts {
  return {
    ...{ run, waiting: null, waitingInAll: 0, progress: null, tail: null, logUrl: 'http://lab/T128' },
    ...{
      fileUrl: name => `http://lab/T128/${name}`,
      pageUrl: 'http://lab/T128',
      released: true,
      elsewhere: null,
      attempts: 3,
    },
  }
}

test('M6.8 the card of a test shows its files with size, SHA-256 and link, and what is not there in sentences', () => {
  const collected = {
    files: [
      { name: 'summary.txt', path: 'summary.txt' },
      { name: 'results_a.xml', path: 'results/a.xml' },
    ],
    none: ['*.tap', 'out/*/'],
    folders: [{ pattern: 'out/*/', count: 1 }],
    left: [{ path: 'core', why: 'too much to fetch from soc-a-003: 1 files have 200000000 bytes' }],
    problem: 'the console of soc-a-003 was lost.',
  }
  const files = [stored('output.log', 18_000), stored('summary.txt'), stored('results_a.xml', 99)]
  const result = makeResult({ exitStatus: 0, files, collected })
  const run = makeRun({ state: 'passed', attempts: [makeAttempt()], result })
  expect(draw(runCard(facts(run), FRAME))).toMatchInlineSnapshot(`
    [
      "T128 · hello on soc-a-003 · passed                                  @mei · 01:12",
      "  hello, world",
      "collected 2 files",
      "  file             size  SHA-256",
      "  summary.txt    1.2 kB  a1b2c3d4e5f60718",
      "  results/a.xml    99 B  a1b2c3d4e5f60718",
      "Open them: http://lab/T128",
      "No file on soc-a-003 fits *.tap.",
      "out/*/ fits no file on soc-a-003, only 1 folder. For the files in it: --collect",
      "'out/*/*'",
      "Not collected: core: too much to fetch from soc-a-003: 1 files have 200000000",
      "bytes.",
      "The other files were not collected: the console of soc-a-003 was lost.",
      "exit status 0 · board released · log (18 kB): http://lab/T128 · copied 1.2 MB in",
      "9 s (133 kB/s)",
      "  1) Run again   tests rerun T128",
      "  2) Log         tests log T128",
    ]
  `)
})

test('while its files are fetched it says which, and how much of them', () => {
  const run = makeRun({
    state: 'running',
    times: { running: NOON },
    attempts: [makeAttempt()],
    collect: ['*.xml'],
  })
  const progress = {
    ...{ stage: 'collecting' as const, board: 'soc-a-003', startedAt: NOON, copy: null, copied: null },
    ...{ fetching: { path: 'results/a.xml', files: 2, bytes: 12_000 }, lastLine: null, logBytes: 0 },
  }
  const drawn = draw(runCard({ ...facts(run), progress }, FRAME))
  expect(drawn.slice(0, 2)).toMatchInlineSnapshot(`
    [
      "T128 · hello on soc-a-003 · collecting                             @mei · normal",
      "collecting results/a.xml · 12 kB so far, 2 files whole",
    ]
  `)
})

const SENT: Transfer = {
  ...{ id: 'L3.1', rev: 7, board: 'soc-a-003', by: person('kai'), startedAt: NOON - 9_000, endedAt: NOON },
  what: { kind: 'send', name: 'hello', file: 'hello', size: 1_200_000, to: '/root/hello' },
  copied: { bytes: 1_200_000, durationMs: 9_000, repaired: 0, way: 'raw', packed: true, resumed: 600_000 },
  ...{ collected: null, files: [], failure: null, message: null, hint: null },
}

function drawn(transfer: Transfer, bytes = 0): readonly string[] {
  const progress =
    transfer.endedAt === null
      ? { stage: 'copying' as const, bytes, total: 1_200_000, path: null, files: 0 }
      : null
  return draw(transferCard({ transfer, progress, pageUrl: 'http://lab/L3' }, FRAME))
}

test('the card of a file on its way, there, and kept from it', () => {
  expect(drawn({ ...SENT, endedAt: null, copied: null }, 300_000)).toMatchInlineSnapshot(`
    [
      "L3.1 · send hello · soc-a-003 · copying                                     @kai",
      "▓▓░░░░░░░░ 300 kB of 1.2 MB",
      "Nobody can type at the console of soc-a-003 until it is through.",
      "  1) Cancel   lease cancel L3",
    ]
  `)
  expect(drawn(SENT)).toMatchInlineSnapshot(`
    [
      "L3.1 · send hello · soc-a-003 · sent                                @kai · 00:09",
      "  on the board  /root/hello",
      "copied 1.2 MB in 9 s (67 kB/s, raw, packed) · copy resumed after 600 kB ·",
      "SHA-256 checked",
    ]
  `)
  const failure = { class: 'infrastructure', cause: 'console lost', blame: 'board' } as const
  const cut = {
    ...SENT,
    copied: null,
    failure,
    message: 'the console was lost',
    hint: 'Look at it: boards show soc-a-003',
  }
  expect(drawn(cut)).toMatchInlineSnapshot(`
    [
      "L3.1 · send hello · soc-a-003 · failed: console lost                @kai · 00:09",
      "the console was lost. Look at it: boards show soc-a-003.",
    ]
  `)
})
