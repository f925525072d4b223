import { describe, expect, it } from 'vitest'
import { read, wrong } from './read.ts'

const board = (id: string, more: string): string =>
  `  - {id: ${id}, family: socA, address: ${id}.lab${more}}\n`

describe('boot_loader', () => {
  it('is of a family, of a board before that, and of none by itself', () => {
    const { boards } = read(
      `families:
  socA: {boot_loader: {kind: u-boot, interrupt: "\${STOP}", interrupt_timeout: 2min}}
boards:
${board('a', '')}${board('b', ', boot_loader: {kind: u-boot, interrupt: "\\x03", prompt: "MX6# ", command_timeout: 5s}')}\
  - {id: c, family: socB, address: c.lab}
`.replace('${STOP}', 'stop it'),
    )
    expect(boards.map(({ bootLoader }) => bootLoader)).toEqual([
      {
        ...{ kind: 'u-boot', interrupt: 'stop it', prompt: null },
        ...{ interruptTimeoutMs: 120_000, commandTimeoutMs: 30_000 },
      },
      {
        ...{ kind: 'u-boot', interrupt: '\x03', prompt: 'MX6# ' },
        ...{ interruptTimeoutMs: 60_000, commandTimeoutMs: 5_000 },
      },
      undefined,
    ])
  })

  it('takes any key without being told, and a blank stays one', () => {
    const [first, second] = read(`boards:
${board('a', ', boot_loader: {kind: u-boot}')}${board('b', ', boot_loader: {kind: u-boot, interrupt: "  "}')}`).boards
    expect(first?.bootLoader?.interrupt).toBe(' ')
    expect(second?.bootLoader?.interrupt).toBe('  ')
  })

  it('a stop string from the environment is a secret', () => {
    const { boards, secrets } = read(
      `boards:\n${board('a', ', boot_loader: {kind: u-boot, interrupt: "${STOP}"}')}`,
      { STOP: 'hunter2!' },
    )
    expect(boards[0]?.bootLoader?.interrupt).toBe('hunter2!')
    expect(secrets).toContain('hunter2!')
  })

  it.each([
    ['no kind', '{}', 'boot_loader.kind: is missing'],
    ['another kind', '{kind: uboot}', 'boot_loader.kind: "uboot" is none of u-boot. Did you mean u-boot?'],
    [
      'Ctrl-D',
      '{kind: u-boot, interrupt: "a\\x04"}',
      'boot_loader.interrupt: must not have Ctrl-D in it: it ends a shell that hears it',
    ],
    [
      'a character that no line has',
      '{kind: u-boot, interrupt: "→"}',
      'boot_loader.interrupt: must be made of characters that a serial line has (up to U+00FF)',
    ],
    ['nothing to press', '{kind: u-boot, interrupt: ""}', 'boot_loader.interrupt: must not be empty'],
    ['a misspelt key', '{kind: u-boot, promt: x}', 'boot_loader.promt: unknown key. Did you mean prompt?'],
    [
      'a time without its unit',
      '{kind: u-boot, interrupt_timeout: 5}',
      'boot_loader.interrupt_timeout: 5 is no duration. Write a number with its unit, such as 30s, 5min, 2h or 7d',
    ],
    ['a text', 'u-boot', 'boot_loader: expected keys with values, found "u-boot"'],
  ])('%s is said with its place', (_, written, text) => {
    const [problem, ...others] = wrong(`boards:\n${board('a', `, boot_loader: ${written}`)}`)
    expect(others).toEqual([])
    expect(problem?.replace(/^\d+:\d+ +/, '')).toBe(`boards[0].${text}`)
  })
})
