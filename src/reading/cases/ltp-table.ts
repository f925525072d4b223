import type { Collector } from './collector.ts'
import type { CaseResult, Place } from './types.ts'

/** runltp's summary (pan/ltp-pan.c): a row a test, then the totals. Alone it is all there is; else it is a check. */
export type LtpTable = {
  read(text: string, place: Place): boolean
  fits(text: string): boolean
  ran(tag: string): void
  end(): void
}

const HEAD = /^Testcase\s+Result\s+Exit Value\s*$/
const ROW = /^(\S{1,120})\s+(PASS|FAIL|CONF|BROK|WARN)\s+(\d{1,9})\s*$/
const TOTAL = /^Total (Tests|Skipped Tests|Failures): (\d{1,9})\s*$/

const RESULTS: Readonly<Record<string, CaseResult>> = {
  PASS: 'pass',
  FAIL: 'fail',
  CONF: 'skip',
  BROK: 'error',
  WARN: 'error',
}

export function createLtpTable(collector: Collector, hasBlocks: () => boolean): LtpTable {
  let from: number | null = null
  let rows: Record<'Tests' | 'Skipped Tests' | 'Failures', number> = {
    Tests: 0,
    'Skipped Tests': 0,
    Failures: 0,
  }
  let totals = 0
  let blocks = 0

  const row = (name: string, word: string, exit: string, place: Place): void => {
    rows.Tests += 1
    if (word === 'CONF') rows['Skipped Tests'] += 1
    else if (word !== 'PASS') rows.Failures += 1
    if (hasBlocks()) return
    collector.add({
      name,
      suite: '',
      format: 'ltp',
      result: RESULTS[word] ?? 'error',
      reason: word === 'PASS' ? null : `exit status ${exit}`,
      lines: [place.from, place.to],
    })
    collector.announce(1, false)
  }

  const total = (word: keyof typeof rows, count: number, place: Place): void => {
    totals += 1
    if (word === 'Tests' && !hasBlocks()) collector.announce(count - rows.Tests, true)
    if (from !== null && rows[word] !== count) {
      collector.problem(
        `line ${place.to}: runltp says ${word.toLowerCase()}: ${count}, ${rows[word]} seen in its table`,
      )
    }
    if (word === 'Tests' && hasBlocks() && blocks !== count) {
      collector.problem(`line ${place.to}: runltp says that ${count} tests ran, ${blocks} seen`)
    }
  }

  const end = (): void => {
    if (from !== null && totals < 3) collector.problem(`line ${from}: the end of runltp's table was not seen`)
    from = null
    totals = 0
    rows = { Tests: 0, 'Skipped Tests': 0, Failures: 0 }
  }

  return {
    read(text, place) {
      if (HEAD.test(text)) {
        end()
        from = place.from
        return true
      }
      if (from === null) return false
      const [, name, word = '', exit = ''] = ROW.exec(text) ?? []
      if (name !== undefined) {
        row(name, word, exit, place)
        return true
      }
      const found = TOTAL.exec(text)
      if (found === null) return false
      total(found[1] as keyof typeof rows, Number(found[2]), place)
      if (totals === 3) end()
      return true
    },
    fits: text => HEAD.test(text) || (from !== null && (ROW.test(text) || TOTAL.test(text))),
    ran: () => {
      blocks += 1
    },
    end,
  }
}
