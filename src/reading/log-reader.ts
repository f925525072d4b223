import { stripAnsi } from './ansi.ts'
import { findKernelStamp, parseKernelLine } from './kernel.ts'
import { createLineSplitter, type Line } from './lines.ts'
import { FIRMWARE_BANNERS, KERNEL_BANNER } from './patterns.ts'
import { createScanner } from './scanner.ts'
import type { Finding } from './types.ts'
import { keyOf, type Stage, type Verdict, type VerdictContext, verdictOf } from './verdict.ts'

/** A recorded log from its first byte to its last, in bounded memory, whatever pieces it comes in. */
export type LogReader = {
  push(bytes: Uint8Array): void
  end(): Reading
}
export type Reading = {
  verdict: Verdict | null
  /** In the order of the log. */
  events: readonly Finding[]
  /** Events that were found and not kept: the first ones are. */
  omitted: number
}

/** As long as the recorder's (hardware/console/recorder): the same log gives the same findings. */
const LONGEST_LINE = 8 * 1024
const MOST_EVENTS = 1000
/** What boot ROMs and first stages print before the first banner (TF-A, Rockchip DDR, Allwinner, ST, NXP). */
const FIRST_STAGE =
  /^(?:(?:NOTICE|INFO|ERROR|WARNING|VERBOSE): |DDR|Boot|ROM|BL\d|In$|OUT$|LPDDR|\P{ASCII}+$)/u
const BANNERS = [...FIRMWARE_BANNERS, KERNEL_BANNER]
/** The kernel's banner is among the first that it prints. */
const MOST_KERNEL_LINES = 64

/** A recording that begins with a start was begun for it: that one somebody asked for. In the stage boot, so is the first. */
export function createLogReader(context: VerdictContext): LogReader {
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  const scanner = createScanner()
  const events = new Map<string, Finding>()
  let offset = 0
  let number = 1
  let omitted = 0
  const isBegun = createBeginning(context.stage)
  let isBeginning = true

  const take = (findings: readonly Finding[]): void => {
    for (const finding of findings) {
      const key = keyOf(finding)
      if (events.has(key) || events.size < MOST_EVENTS) events.set(key, finding)
      else if (!finding.whole) omitted += 1
    }
  }
  const read = (line: Line): void => {
    const findings = scanner.push(line, undefined, number)
    take(findings)
    if (line.complete && !line.overwritten) number += 1
    if (!isBeginning || !isBegun(stripAnsi(line.text))) return
    isBeginning = false
    scanner.expectReset(false)
  }

  scanner.expectReset(true)
  return {
    push(bytes) {
      for (const line of splitter.push(bytes, offset)) read(line)
      offset += bytes.length
    },
    end() {
      for (const line of splitter.flush()) read(line)
      take(scanner.end())
      const inOrder = [...events.values()].toSorted((a, b) => a.from - b.from)
      return { verdict: verdictOf(inOrder, context), events: inOrder, omitted }
    },
  }
}

/** Answers of each line whether the start is behind that the recording was made of, or there was none. */
function createBeginning(stage: Stage): (text: string) => boolean {
  let kernelLines = 0
  return line => {
    if (line.trim() === '') return false
    const kernel = parseKernelLine(line.slice(Math.max(0, findKernelStamp(line))))
    if (kernel !== null && kernel.seconds < 1) kernelLines += 1
    const isStart = BANNERS.some(banner => banner.test(kernel?.text ?? line))
    if (isStart || kernelLines > MOST_KERNEL_LINES) return true
    return stage !== 'boot' && kernelLines === 0 && (kernel !== null || !FIRST_STAGE.test(line))
  }
}
