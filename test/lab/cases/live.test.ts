import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogRange } from '../../../src/hardware/types.ts'
import { casesOf } from '../../../src/lab/runs/cases/feed.ts'
import { createLiveCases } from '../../../src/lab/runs/cases/live.ts'
import type { CaseReport } from '../../../src/reading/cases/types.ts'
import { FORMATS } from '../../reading/cases/written.ts'
import { chunksOf, cuts, utf8 } from '../../reading/chunks.ts'

const RUNS = { numRuns: 150 }
/** Where the board's log stood when the attempt began. */
const BASE = 70_000
const START = 'br4Ytm:12> _w 13 GsudaG 0fJ4kj\r\n@GsudaG 13\r\n'
const AFTER =
  '\r\n@0fJ4kj12 13 0 4038471504\r\nbr4Ytm:13> \r\n@fRCn4t 14 0 77\r\n[   12.345678] usb 1-1: gone\r\n'

type Piece = { text: string; isProgram: boolean }

/** What any program prints, cut anywhere, with lines of the kernel and words of ours in it. */
const printed = fc
  .tuple(
    fc.constantFrom(...FORMATS).chain(format => format.given.map(given => format.write(given))),
    fc.array(
      fc.tuple(
        fc.nat({ max: 30 }),
        fc.constantFrom(
          '[   99.000001] ok 7 fine',
          '',
          '',
          'user@localhost1 3 times',
          '@property foo',
          '@decorated12 3 ',
          'br4Ytm:13> not ours',
          '\u001b[31mred\u001b[0m',
        ),
      ),
      { maxLength: 5 },
    ),
    fc.boolean(),
  )
  .map(([lines, more, isWhole]) => {
    const texts = lines.map(({ text }) => text)
    for (const [at, text] of more) texts.splice(at % (texts.length + 1), 0, text)
    return texts.join('\r\n') + (isWhole ? '\r\n' : '')
  })

function consoleOf(pieces: readonly Piece[]): { bytes: Uint8Array; ranges: LogRange[] } {
  let text = ''
  const ranges: LogRange[] = []
  for (const piece of pieces) {
    const from = BASE + utf8(text).length
    text += piece.text
    if (piece.isProgram) ranges.push({ from, to: BASE + utf8(text).length })
  }
  return { bytes: utf8(text), ranges }
}

/** As the lab hears it: where the program began is known some pieces late, where it ended at the very end. */
function live(
  { bytes, ranges }: { bytes: Uint8Array; ranges: LogRange[] },
  places: readonly number[],
  late: number,
): CaseReport | null {
  const cases = createLiveCases()
  const from = ranges[0]?.from ?? 0
  let since = 0
  for (const chunk of chunksOf(bytes, places)) {
    cases.append(BASE + chunk.offset, chunk.bytes)
    if (BASE + chunk.offset + chunk.bytes.length < from) continue
    if (since++ === late) cases.begin(from)
  }
  cases.begin(from)
  return cases.end(ranges)
}

async function stored({ bytes, ranges }: { bytes: Uint8Array; ranges: LogRange[] }): Promise<CaseReport> {
  return await casesOf(
    (async function* () {
      for (const { from, to } of ranges) yield { bytes: bytes.subarray(from - BASE, to - BASE) }
    })(),
  )
}

describe('cases read while a program prints', () => {
  test('M6.6 are those of the stored output, to the last word, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(printed, cuts, fc.nat({ max: 3 }), async (text, places, late) => {
        const log = consoleOf([
          { text: START, isProgram: false },
          { text, isProgram: true },
          { text: AFTER, isProgram: false },
        ])
        expect(live(log, places, late)).toEqual(await stored(log))
      }),
      RUNS,
    )
  })

  test('are known however far before its end the program printed what looks like ours', async () => {
    for (let lines = 50; lines < 80; lines++) {
      const text = ['1..1', 'user@localhost1 3 times', ...Array(lines).fill('said'), 'ok 1 a', ''].join(
        '\r\n',
      )
      const log = consoleOf([
        { text: START, isProgram: false },
        { text, isProgram: true },
        { text: AFTER, isProgram: false },
      ])
      expect(live(log, [], 0), `${lines} lines behind it`).toEqual(await stored(log))
    }
  })

  test('are those of the stored output where ours stands in the middle of it, or nobody claims to know', async () => {
    let known = 0
    await fc.assert(
      fc.asyncProperty(printed, printed, cuts, fc.nat({ max: 3 }), async (one, two, places, late) => {
        const log = consoleOf([
          { text: START, isProgram: false },
          { text: one, isProgram: true },
          { text: '^C\r\nbr4Ytm:13> ', isProgram: false },
          { text: two, isProgram: true },
          { text: AFTER, isProgram: false },
        ])
        const told = live(log, places, late)
        if (told === null) return
        known++
        expect(told).toEqual(await stored(log))
      }),
      RUNS,
    )
    expect(known).toBeGreaterThan(0)
  })

  test('are not claimed to be known where bytes before the program’s first are not there, or some are missing', () => {
    const cases = createLiveCases()
    cases.append(BASE, utf8('ok 1 a\r\n'))
    cases.append(BASE + 20, utf8('ok 2 b\r\n'))
    cases.begin(BASE)
    expect(cases.end([{ from: BASE, to: BASE + 28 }])).toBeNull()
    const early = createLiveCases()
    early.append(BASE, utf8('1..1\r\nok 1 a\r\n'))
    early.begin(BASE - 5)
    expect(early.end([{ from: BASE - 5, to: BASE + 14 }])).toBeNull()
  })

  test('are shown at once: the last line that ended counts, and the latest three are named', () => {
    const cases = createLiveCases()
    cases.begin(BASE)
    expect(cases.progress()).toBeNull()
    cases.append(BASE, utf8('1..5\r\nok 1 a\r\nnot ok 2 b\r\nok 3 c\r\nok 4 d\r\nok 5'))
    expect(cases.progress()).toMatchObject({
      totals: { total: 4, fail: 1, announced: 5 },
      latest: [{ name: 'b', result: 'fail' }, { name: 'c' }, { name: 'd' }],
    })
  })

  test('of a program that prints our words without end go on behind them', () => {
    const cases = createLiveCases()
    cases.begin(BASE)
    const words = '@fRCn4t 14 0 77\r\n'.repeat(200)
    cases.append(BASE, utf8(`1..2\r\nok 1 a\r\n${words}ok 2 b\r\n${'x\r\n'.repeat(70)}`))
    expect(cases.progress()).toMatchObject({ totals: { total: 2 } })
  })
})
