import type { Collector } from './collector.ts'
import type { RecentOutput } from './output.ts'
import type { CaseResult, FormatReader, Place } from './types.ts'

/**
 * LAVA's signals (lava_dispatcher/actions/test/shell.py; lava_test_shell/lava-test-case and its kin), printed by a
 * program or, with `KMSG`, by the kernel. They have no numbers and no announcement, so of a signal that is lost only
 * the one it belongs to tells: a case that began, a run that did not end.
 */
export function createLavaReader(collector: Collector, recent: RecentOutput): FormatReader {
  let run: { name: string; place: Place } | null = null
  let set = ''
  let test: { name: string; from: Place; to: Place | null } | null = null

  const endTest = (): void => {
    if (test === null) return
    const { name, from, to } = test
    test = null
    const what = to === null ? 'began and did not end' : 'ended and its result was not seen'
    collector.problem(`line ${from.to}: ${name} ${what}`)
    add(name, 'error', from, to ?? from, new Map())
  }

  const add = (
    id: string,
    result: CaseResult,
    from: Place,
    to: Place,
    values: ReadonlyMap<string, string>,
  ): void => {
    const path = [run?.name ?? '', set, id].filter(part => part !== '')
    const value = Number(values.get('MEASUREMENT') ?? Number.NaN)
    collector.add({
      name: path.join('/'),
      suite: path.slice(0, -1).join('/'),
      format: 'lava',
      result,
      measurement: Number.isNaN(value) ? null : { value, units: values.get('UNITS') ?? '' },
      lines: [from.from, to.to],
      output: () => (from === to && result !== 'error' ? [] : recent.since(from.to + 1)),
    })
    collector.announce(1, false)
  }

  const testCase = (rest: string, place: Place): void => {
    const values = valuesOf(rest)
    const id = values.get('TEST_CASE_ID')
    const said = values.get('RESULT')?.toLowerCase()
    const result = said === undefined ? undefined : RESULTS[said]
    if (id === undefined || result === undefined) {
      collector.problem(
        `line ${place.to}: a LAVA test case without ${id === undefined ? 'a name' : 'a result'}`,
      )
      return
    }
    const own = test?.name === id ? test : null
    if (own === null) endTest()
    else if (own.to === null) collector.problem(`line ${place.to}: the end of ${id} was not seen`)
    test = null
    add(id, result, own?.from ?? place, place, values)
  }

  const endRun = (): void => {
    endTest()
    if (run !== null)
      collector.problem(`line ${run.place.to}: the LAVA run ${run.name} began and did not end`)
    run = null
    set = ''
  }

  const signal = (kind: string, rest: string, place: Place): boolean => {
    const [first = '', second = ''] = rest.split(/\s+/)
    switch (kind) {
      case 'STARTRUN':
        endRun()
        run = { name: first, place }
        return true
      case 'ENDRUN':
        if (run === null) collector.problem(`line ${place.to}: the LAVA run ${first} ended and did not begin`)
        run = run === null ? null : { ...run, name: first }
        endTest()
        run = null
        set = ''
        return true
      case 'STARTTC':
        endTest()
        test = { name: rest, from: place, to: null }
        return true
      case 'ENDTC':
        if (test?.name === rest) test.to = place
        else collector.problem(`line ${place.to}: ${rest} ended and did not begin`)
        return true
      case 'TESTSET':
        endTest()
        set = first.toUpperCase() === 'START' ? second : ''
        return true
      case 'TESTCASE':
        testCase(rest, place)
        return true
      default:
        return kind === 'TESTREFERENCE' || kind === 'TESTFEEDBACK'
    }
  }

  return {
    read(text, place) {
      const at = findSignal(text)
      if (at === -1) return false
      const match = SIGNAL.exec(text.slice(at))
      if (match !== null) return signal((match[1] ?? '').toUpperCase(), (match[2] ?? '').trim(), place)
      collector.problem(`line ${place.to}: a damaged LAVA signal: ${text.slice(at, at + LONGEST_QUOTE)}`)
      return true
    },
    fits: text => {
      const at = findSignal(text)
      return at !== -1 && SIGNAL.test(text.slice(at)) ? 2 : 0
    },
    isPair: (first, second) => findSignal(second) === 0 && SIGNAL.test(first) && SIGNAL.test(second),
    end: endRun,
  }
}

const LONGEST_QUOTE = 80
const MARK = '<LAVA_SIGNAL_'
const SIGNAL = /^<LAVA_SIGNAL_([A-Z]{3,20})(?:\s+([^>]*))?>/i
/** `unknown` is LAVA's word for a test that gave no result of its own. */
const RESULTS: Readonly<Record<string, CaseResult>> = {
  pass: 'pass',
  fail: 'fail',
  skip: 'skip',
  unknown: 'error',
}

function findSignal(text: string): number {
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
    if (text.slice(at, at + MARK.length).toUpperCase() === MARK) return at
  }
  return -1
}

/** `KEY=value KEY="two words"`, the keys in either case. */
function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const [, key = '', quoted, single, plain] of text.matchAll(
    /([A-Za-z_]{1,40})=(?:"([^"]*)"|'([^']*)'|(\S*))/g,
  )) {
    values.set(key.toUpperCase(), quoted ?? single ?? plain ?? '')
  }
  return values
}
