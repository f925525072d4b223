import { expect, test } from 'vitest'
import { read, wrong } from './read.ts'

const board = (second: string): string => `
boards:
  - id: soc-a-001
    family: socA
    site: here
    consoles:
      - {driver: telnet, host: cs-1, port: 7001, for: kernel}
      - ${second}
`

test('M2.3 a console says what it is for, in words that cards show', () => {
  const [found] = read(
    board('{name: uart1, driver: telnet, host: cs-1, port: 7002, for: secure world}'),
  ).boards
  expect(found?.consoles).toMatchObject([
    { name: 'main', purpose: 'kernel' },
    { name: 'uart1', purpose: 'secure world' },
  ])
  expect(wrong(board(`{driver: telnet, host: cs-1, port: 7002, for: ${'x'.repeat(41)}}`))[0]).toContain('for')
})

test.each(['../../etc', 'a b', '-x', '.', 'uart/1'])(
  'a console is no folder of its own choosing, and can be typed behind a flag: %s',
  name => {
    const problems = wrong(board(`{name: "${name}", driver: telnet, host: cs-1, port: 7002}`))
    expect(problems.join()).toContain('a console is letters, digits and . _ -')
  },
)
