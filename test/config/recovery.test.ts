import { describe, expect, it } from 'vitest'
import { read, wrong } from './read.ts'

const board = (id: string, more = ''): string => `  - {id: ${id}, family: socA, address: ${id}.lab${more}}\n`

describe('sysrq', () => {
  it('is not allowed unless a family says so, or a board, which counts before it', () => {
    const { boards } = read(`families:
  socA: {sysrq: true}
boards:
${board('a')}${board('b', ', sysrq: false')}  - {id: c, family: socB, address: c.lab}
  - {id: d, family: socB, address: d.lab, sysrq: true}
`)
    expect(boards.map(({ sysrq }) => sysrq)).toEqual([true, false, undefined, true])
  })

  it('is yes or no and nothing else', () => {
    expect(wrong(`boards:\n${board('a', ', sysrq: maybe')}`).join()).toContain('sysrq')
  })
})

describe('recovery', () => {
  it('is asking, a reset and a power cycle, four of those a day, in a file that says nothing of it', () => {
    const { settings, boards } = read(`boards:\n${board('a')}`)
    expect(settings.recovery).toEqual({ steps: ['console', 'reset', 'power'], mostInADay: 4 })
    expect(settings.recoveryCooldownMs).toBe(900_000)
    expect(boards[0]).not.toHaveProperty('recovery')
  })

  it('is set for all, for a family and for a board', () => {
    const { settings, boards } = read(`settings:
  recovery: {steps: [console, power], cooldown: 5min, most_in_a_day: 2}
families:
  socA: {recovery: {cooldown: 1h}}
boards:
${board('a')}${board('b', ', recovery: {steps: [console], most_in_a_day: 0}')}`)
    expect(settings.recovery).toEqual({ steps: ['console', 'power'], cooldownMs: 300_000, mostInADay: 2 })
    expect(boards.map(({ recovery }) => recovery)).toEqual([
      { cooldownMs: 3_600_000 },
      { steps: ['console'], mostInADay: 0 },
    ])
  })

  it.each([
    ['[power]', 'steps begin with console: a board that answers is left alone'],
    ['[]', 'steps begin with console: a board that answers is left alone'],
    ['[console, power, reset]', 'steps are console, reset and power in this order, each once'],
    ['[console, console]', 'steps are console, reset and power in this order, each once'],
    ['[console, cycle]', '"cycle" is none of console, reset, power'],
  ])('refuses steps that are no ladder: %s', (steps, why) => {
    expect(wrong(`settings: {recovery: {steps: ${steps}}}\nboards:\n${board('a')}`).join('\n')).toContain(why)
  })
})
