import { describe, expect, test } from 'vitest'
import { createLineSplitter } from '../../src/reading/lines.ts'
import { createScanner } from '../../src/reading/scanner.ts'
import { utf8 } from './chunks.ts'
import { oops, panicEnd, stamp, stamped } from './corpus/kernels.ts'

const OOPS = stamped(77, oops('arm64'))
const PANIC = stamped(78, ['Kernel panic - not syncing: here', ...panicEnd('here')])
const ALIVE = stamped(
  300,
  Array.from({ length: 12 }, (_, index) => `demo: step ${index}`),
)

/** A board's console, each text heard at a wall time of its own. */
function board() {
  const splitter = createLineSplitter({ maxLine: 4096 })
  const scanner = createScanner()
  let offset = 0
  return (t: number, text: string): string[] => {
    const bytes = utf8(text)
    const found = splitter.push(bytes, offset).flatMap(line => scanner.push(line, t))
    offset += bytes.length
    return found.filter(({ whole }) => !whole).map(({ kind }) => kind)
  }
}

describe('copies on a live console, where the wall clock is known', () => {
  test('M6.7 what the kernel says now counts, whatever a command shows in between', () => {
    const hear = board()
    hear(0, ALIVE)
    hear(1_000, '# cat /var/log/crash.log\n')
    expect(hear(1_100, OOPS)).toEqual([])
    expect(hear(5_000, stamped(305, oops('arm64')))).toEqual(['oops'])
  })

  test('M6.7 a command that is never followed by a prompt hides nothing for long', () => {
    const hear = board()
    hear(0, '$ cat notes.txt\n')
    expect(hear(60_000, '\nU-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\n')).toEqual(['reset'])
    hear(120_000, '$ cat notes.txt\n')
    expect(hear(180_000, PANIC)).toEqual(['panic'])
  })

  test('M6.7 dmesg on a board that was quiet for long is no new kernel: it comes faster than it was said', () => {
    const hear = board()
    hear(0, ALIVE)
    const log = [1, 2, 9, 40].map(seconds => `${stamp(seconds)} demo: early ${seconds}\n`).join('')
    expect(hear(3_600_000, `PASS 1\n${log}${OOPS}PASS 2\n`)).toEqual([])
  })

  test('M6.7 a board that started unheard and panics is told, though its clock is young', () => {
    const hear = board()
    hear(0, ALIVE)
    const late = [9.1, 9.2, 9.3].map(seconds => `${stamp(seconds)} demo: late ${seconds}\n`).join('')
    expect(hear(60_000, `${late}${stamp(9.4)} Kernel panic - not syncing: young\n`)).toEqual(['panic'])
  })
})

test('a comment is what a prompt with more to it than a sign is not', () => {
  const hear = board()
  expect(hear(0, `root@board:~# cat run.sh\n# dmesg of it:\n${OOPS}root@board:~# \n`)).toEqual([])
  expect(hear(0, PANIC)).toEqual(['panic'])
})

test.each([
  './dmesg-test.sh',
  './grep-panics.sh a.log',
  './check.sh | grep -v known.txt',
  'sed -i s/a/b/ run.txt && ./run.sh',
  'cat run.txt; ./run.sh',
  'dmesg -c',
  'dmesg > before.log',
  'cat /sys/kernel/debug/demo',
])('M6.7 a command that does more than show hides nothing: %s', typed => {
  expect(board()(0, `root@board:~# ${typed}\n${OOPS}`)).toEqual(['oops'])
})
