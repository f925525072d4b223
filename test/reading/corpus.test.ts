import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FINDING_KINDS } from '../../src/reading/types.ts'
import { confusionTable, sampleTable } from './corpus/confusion.ts'
import { FAILURES } from './corpus/failures.ts'
import { ARCHS } from './corpus/kernels.ts'
import { LOOK_ALIKES } from './corpus/look-alikes.ts'
import { readText } from './read-text.ts'

describe('M6.7 named for what it is', () => {
  test.each(FAILURES)('$what ($arch; $source)', ({ text, kind, title, isSurvived }) => {
    const { verdict, events } = readText(text)
    expect(events.map(event => event.kind)).toContain(kind)
    if (isSurvived) {
      expect(verdict).toBeNull()
      expect(events.map(event => [event.title, event.severity])).toEqual([[title, 'told']])
    } else expect(verdict?.title).toBe(title)
  })

  test.each(FAILURES)('its proof is lines of its log, in order: $what ($arch)', ({ text }) => {
    const lines = text.split(/\r?\n/)
    const { events } = readText(text)
    for (const { proof, lines: [from, to] = [0, 0] } of events) {
      let at = from - 1
      for (const said of proof) {
        at = lines.findIndex((line, index) => index >= at && line.trimEnd().endsWith(said))
        expect(at, said).toBeGreaterThanOrEqual(from - 1)
      }
      expect(at, proof.at(-1) ?? '').toBeLessThan(to)
    }
  })

  test('every kind that there is has a sample', () => {
    expect(new Set(FAILURES.map(({ kind }) => kind))).toEqual(new Set(FINDING_KINDS))
  })

  test.each(['panic', 'oops', 'bug', 'warning', 'soft lockup', 'hung task', 'rcu stall', 'init missing'])(
    '%s on every architecture',
    wanted => {
      const archs = FAILURES.filter(({ kind }) => kind === wanted).map(({ arch }) => arch)
      expect(archs).toEqual(expect.arrayContaining([...ARCHS]))
    },
  )
})

test.each(LOOK_ALIKES)('M6.7 left alone: $what', ({ text }) => {
  const { verdict, events } = readText(text)
  expect(events.map(({ title }) => title)).toEqual([])
  expect(verdict).toBeNull()
})

test('the page on verdicts shows the tables that this corpus gives', () => {
  const page = readFileSync(new URL('../../docs/verdicts.md', import.meta.url), 'utf8')
  expect(page).toContain(sampleTable())
  expect(page).toContain(confusionTable())
})
