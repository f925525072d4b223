import type { Line } from '../lines.ts'
import { createCollector, type Latest, LIMITS, type Limits } from './collector.ts'
import { createGtestReader } from './gtest.ts'
import { createLavaReader } from './lava.ts'
import { createLtpReader } from './ltp.ts'
import { createRecentOutput } from './output.ts'
import { createReplayWatch } from './replay.ts'
import { createTapReader } from './tap.ts'
import type { CaseReport, CaseTotals, Fit } from './types.ts'
import { createUnsplicer, type Piece } from './unsplice.ts'

export type CaseReader = {
  /** Every line once, in order, those of overwritten text too. */
  push(line: Line): void
  /** Cheap, at any time; so that a card shows them while the test runs. */
  totals(): CaseTotals
  /** The last few cases, as far as they are known. */
  latest(): readonly Latest[]
  /** What is listed so far; names of nested cases are whole when what encloses them has ended. */
  report(): CaseReport
  /** Nothing more comes: what is missing is known now. */
  end(): CaseReport
}

/**
 * Reads test cases from console output, whichever of the formats it holds; several may occur in one log. Pure, linear
 * in the length of what it is given, and bounded: beyond the limits cases are counted and no longer listed.
 */
export function createCaseReader(limits: Limits = LIMITS): CaseReader {
  const collector = createCollector(limits)
  const recent = createRecentOutput()
  const lava = createLavaReader(collector, recent)
  const program = [
    lava,
    createGtestReader(collector, recent),
    createLtpReader(collector, recent),
    createTapReader(collector, recent),
  ]
  // KUnit prints by the kernel, and so may LAVA; the two streams of a console know nothing of each other.
  const kernel = [lava, createTapReader(collector, recent, true)]
  const replay = createReplayWatch()
  const unsplicer = createUnsplicer({
    fits: text => Math.max(...program.map(format => format.fits(text))) as Fit,
    isPair: (first, second) => program.some(format => format.isPair(first, second)),
  })

  const read = ({ text, seconds, place }: Piece): void => {
    const isCopy = seconds !== null && replay.isCopy(text, seconds)
    if (!isCopy) (seconds === null ? program : kernel).some(format => format.read(text, place))
    recent.push(text, place.to)
  }

  return {
    push(line) {
      for (const piece of unsplicer.push(line)) read(piece)
    },
    totals: collector.totals,
    latest: collector.latest,
    report: collector.report,
    end() {
      for (const piece of unsplicer.end()) read(piece)
      for (const format of new Set([...program, ...kernel])) format.end()
      return collector.report()
    },
  }
}
