import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { BoardId, FamilyName } from '../../src/config/fields.ts'
import { problemsOf, read } from './read.ts'

/** What a plain object has without anybody having put it there, and what only looks like it. */
const STRANGE = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'tostring', 'length', 'then']

const name = fc.oneof(
  fc.constantFrom(...STRANGE),
  fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/),
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/),
)
const driver = fc.oneof({ weight: 3, arbitrary: fc.constant('telnet') }, name)

function fileOf(at: Readonly<Record<'id' | 'family' | 'driver' | 'pdu' | 'label' | 'site', string>>): string {
  return stringify({
    families: Object.fromEntries([[at.family, { limit: 1 }]]),
    pdus: Object.fromEntries([[at.pdu, { protocol: 'snmp', community: 'x' }]]),
    boards: [
      {
        id: at.id,
        family: at.family,
        site: at.site,
        console: { driver: at.driver, host: 'gate', port: 7001 },
        power: { pdu: at.pdu, outlet: 1 },
        labels: Object.fromEntries([[at.label, 'x']]),
      },
    ],
  })
}

it('a board or a family of any name that the grammar allows is taken as it is, or refused with a reason; it is never a crash', () => {
  const names = fc.record({ id: name, family: name, driver, pdu: name, label: name, site: name })
  fc.assert(
    fc.property(names, at => {
      const text = fileOf(at)
      const problems = problemsOf(text)
      const isBad = !BoardId.safeParse(at.id).success || !FamilyName.safeParse(at.family).success
      if (isBad) expect(problems).not.toEqual([])
      if (problems.length > 0) return
      const { boards, families } = read(text)
      expect(boards).toMatchObject([{ id: at.id, family: at.family, site: at.site }])
      expect(families[at.family]).toEqual({ name: at.family, limit: 1 })
      for (const word of [at.id, at.family]) expect(Object.hasOwn({}, word) || word in {}).toBe(false)
    }),
    { numRuns: 500 },
  )
})

it.each(['constructor', 'toString', 'valueOf'])(
  'no family is called %s, as nothing could be told from it',
  family => {
    const at = { id: 'a1', family, driver: 'telnet', pdu: 'p', label: 'l', site: 's' }
    expect(problemsOf(fileOf(at)).join()).toContain(
      `"${family}" is a word of the program itself, so nobody could ask for such a family. Choose another name`,
    )
  },
)

it('no board is called constructor', () => {
  const at = { id: 'constructor', family: 'socA', driver: 'telnet', pdu: 'p', label: 'l', site: 's' }
  expect(problemsOf(fileOf(at)).join()).toContain(
    '"constructor" is a word of the program itself. Choose another id',
  )
})
