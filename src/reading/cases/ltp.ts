import type { Collector } from './collector.ts'
import { createLtpBlock, type LtpBlock } from './ltp-block.ts'
import { createLtpTable } from './ltp-table.ts'
import type { RecentOutput } from './output.ts'
import type { CaseResult, FormatReader, Place } from './types.ts'

/**
 * The Linux Test Project: what its new library prints (lib/tst_test.c, testcases/lib/tst_test.sh), what the old one
 * does (lib/tst_res.c), and what runltp puts around them (pan/ltp-pan.c). A result has no name of its own, so it is
 * its program's, counted: `mmap16/1`.
 */
export function createLtpReader(collector: Collector, recent: RecentOutput): FormatReader {
  let block: LtpBlock | null = null
  let program: Program | null = null
  let hasBlocks = false
  let outputFrom = 1
  const table = createLtpTable(collector, () => hasBlocks)

  const add = (
    name: string,
    suite: string,
    result: CaseResult,
    place: Place,
    from: number,
    text: string,
  ): void => {
    collector.add({
      name,
      suite,
      format: 'ltp',
      result,
      reason: result === 'pass' ? null : text,
      lines: [place.from, place.to],
      output: () => recent.since(from),
    })
    collector.announce(1, false)
  }

  /** The library speaks for the program that is running; behind a summary only a crash is still of the one before. */
  const nameOf = (line: LtpResult, isResult: boolean): string => {
    if (!line.isLibrary || program === null || (program.isSummed && !isResult)) return line.program
    return program.name
  }

  const endProgram = (): void => {
    if (program !== null) checkProgram(collector, program)
    program = null
  }

  const result = (line: LtpResult, place: Place): void => {
    const kind = RESULTS[line.type]
    const name = block?.tag ?? nameOf(line, kind !== undefined)
    // What the library said first was of this one.
    if (program?.isUnnamed && program.results === 0) program.name = name
    if (program?.name !== name || program.isSummed) {
      endProgram()
      program = {
        name,
        isUnnamed: line.isLibrary,
        isNew: line.isNew,
        from: place.from,
        counts: new Map(),
        results: 0,
        isSummed: false,
        said: new Map(),
      }
    }
    program.isUnnamed &&= line.isLibrary
    if (kind === undefined) return
    program.results += 1
    program.counts.set(line.type, (program.counts.get(line.type) ?? 0) + 1)
    block?.saw(kind)
    add(`${name}/${program.results}`, name, kind, place, outputFrom, line.text)
    outputFrom = place.to + 1
  }

  const endBlock = (place: Place | null): void => {
    endProgram()
    const found = block?.end(place !== null) ?? null
    if (block !== null && found !== null) {
      const { tag, from } = block
      const to = place ?? { from, to: from }
      collector.add({
        name: tag,
        suite: '',
        format: 'ltp',
        result: found.result,
        reason: found.reason,
        durationMs: found.durationMs,
        lines: [from, to.to],
        output: () => recent.since(from),
      })
      collector.announce(1, false)
    }
    if (block !== null) table.ran(block.tag)
    block = null
  }

  const frame = (text: string, place: Place): boolean => {
    switch (text.trim()) {
      case '<<<test_start>>>':
        endBlock(null)
        hasBlocks = true
        block = createLtpBlock(collector, place.from)
        outputFrom = place.to + 1
        return true
      case '<<<test_end>>>':
        if (block === null) collector.problem(`line ${place.to}: an LTP test ended and did not begin`)
        endBlock(place)
        return true
      case '<<<test_output>>>':
      case '<<<execution_status>>>':
        return true
      default:
        return false
    }
  }

  const summary = (text: string, place: Place): boolean => {
    if (text === 'Summary:' && program !== null) {
      program.isSummed = true
      outputFrom = place.to + 1
      return true
    }
    const match = program?.isSummed ? SUMMARY.exec(text) : null
    if (match === null || program === null) return false
    program.said.set(match[1] ?? '', Number(match[2]))
    outputFrom = place.to + 1
    return true
  }

  return {
    read(text, place) {
      if (text.startsWith('<<<') && frame(text, place)) return true
      if (block?.read(text)) return true
      const line = parseResult(text)
      if (line !== null) {
        result(line, place)
        return true
      }
      return summary(text.trimEnd(), place) || table.read(text, place)
    },
    fits(text) {
      if (parseResult(text) !== null || /^<<<\w+>>>\s*$/.test(text) || table.fits(text)) return 2
      return isBlockLine(text) ? 1 : 0
    },
    isPair: (first, second) => parseResult(first) !== null && parseResult(second) !== null,
    end() {
      endBlock(null)
      table.end()
    },
  }
}

type Program = {
  name: string
  /** Only the library was heard of it. */
  isUnnamed: boolean
  isNew: boolean
  from: number
  counts: Map<string, number>
  results: number
  isSummed: boolean
  said: Map<string, number>
}

type LtpResult = { program: string; isNew: boolean; isLibrary: boolean; type: string; text: string }

const RESULTS: Readonly<Record<string, CaseResult>> = {
  TPASS: 'pass',
  TFAIL: 'fail',
  TBROK: 'error',
  // Its exit status is a failure too, and the summary counts it apart.
  TWARN: 'error',
  TCONF: 'skip',
}

const TYPES = '(TPASS|TFAIL|TBROK|TCONF|TWARN|TINFO|TDEBUG)'
/** With its folder where LTP was built in another (`__FILE__`). */
const NEW = new RegExp(`^(?:\\S{0,200}/)?([\\w.+-]{1,80})\\.(?:c|h|sh|py):\\d{1,6}: ${TYPES}: ?(.*)$`)
const OLD = new RegExp(`^([\\w.+-]{1,80}) +\\d{1,6} +${TYPES} {0,2}: *(.*)$`)
const SUMMARY = /^(passed|failed|broken|skipped|warnings) +(\d{1,9})$/
const SUMMED = {
  passed: 'TPASS',
  failed: 'TFAIL',
  broken: 'TBROK',
  skipped: 'TCONF',
  warnings: 'TWARN',
} as const
/** Of the shell's older library there is none: it counts broken as failed. */
const OPTIONAL = 'broken'

function parseResult(text: string): LtpResult | null {
  if (!text.includes(' T')) return null
  const created = NEW.exec(text)
  if (created !== null) {
    const [, program = '', type = '', said = ''] = created
    return { program, isNew: true, isLibrary: /^(?:tst|safe|lapi)_/.test(program), type, text: said }
  }
  const [, program, type = '', said = ''] = OLD.exec(text) ?? []
  return program === undefined ? null : { program, isNew: false, isLibrary: false, type, text: said }
}

function isBlockLine(text: string): boolean {
  return /^(?:tag|cmdline|contacts|analysis|initiation_status|duration|cutime)=/.test(text)
}

function checkProgram(collector: Collector, program: Program): void {
  const { name, isNew, isSummed, said, counts } = program
  if (isNew && !isSummed) collector.problem(`${name} (line ${program.from}): its summary was not seen`)
  if (!isSummed) return
  for (const [word, type] of Object.entries(SUMMED)) {
    const seen = counts.get(type) ?? 0
    const count = said.get(word)
    if (count === undefined) {
      if (word !== OPTIONAL || isNew)
        collector.problem(`${name}: the line "${word}" of its summary was not seen`)
    } else if (count !== seen && !(word === OPTIONAL && !isNew)) {
      collector.problem(`${name}: its summary says ${word} ${count}, ${seen} seen`)
    }
  }
}
