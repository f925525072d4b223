import { header, oops, panicEnd, registers, stamp } from './kernels.ts'
import { BANNER } from './resets.ts'
import { onEach, PLACE, type Sample } from './samples.ts'

const CRASH = [...oops('arm64'), 'Kernel panic - not syncing: Fatal exception']
const CRASHED = { arch: 'arm64', kind: 'panic', title: `kernel panic: Fatal exception, ${PLACE}` } as const

function each(dress: (stamp: string, text: string) => string, lines: readonly string[]): string {
  return lines.map((line, index) => `${dress(stamp(77 + index / 1000), line)}\n`).join('')
}

const UNSTAMPED = ['Starting kernel ...', '', BANNER, 'Run /sbin/init as init process', 'PASS 1']

/** Of a kernel that was heard to start without stamps. */
function unstamped(lines: readonly string[]): string {
  return `${[...UNSTAMPED, ...lines, 'PASS 2', 'PASS 3'].join('\n')}\n`
}

/** The same crash as other kernels print it: of chip makers, of old versions, of clocks that tick a hundred times a second. */
export const DIALECTS: readonly Sample[] = [
  ...onEach(arch => ({
    ...{ what: 'no stamps: an oops that becomes a panic', source: 'CONFIG_PRINTK_TIME off' },
    ...{ kind: 'panic' as const, title: CRASHED.title },
    text: unstamped([
      ...oops(arch),
      'Kernel panic - not syncing: Fatal exception',
      ...panicEnd('Fatal exception'),
    ]),
  })),
  {
    ...{ what: 'no stamps: a BUG()', arch: 'x86', source: 'CONFIG_PRINTK_TIME off', kind: 'bug' },
    title: `kernel BUG at drivers/misc/demo.c:31, ${PLACE}`,
    text: unstamped([
      ...['kernel BUG at drivers/misc/demo.c:31!', 'invalid opcode: 0000 [#1] SMP', ...header('x86')],
      ...registers('x86', 'demo_write+0x1c/0x60'),
    ]),
  },
  {
    ...{ what: 'no stamps: a warning', arch: 'x86', source: 'CONFIG_PRINTK_TIME off', kind: 'warning' },
    ...{ isSurvived: true, title: 'warning: demo_write+0x1c drivers/misc/demo.c:31' },
    text: unstamped([
      'WARNING: CPU: 1 PID: 312 at drivers/misc/demo.c:31 demo_write+0x1c/0x60',
      ...header('x86'),
    ]),
  },
  {
    ...{ what: 'Amlogic', source: 'kernel/printk.c of its 4.9 to 5.15 kernels', ...CRASHED },
    text: each((at, line) => `${at.replace(']', '@2]')} ${line}`, [...CRASH, ...panicEnd('Fatal exception')]),
  },
  {
    ...{ what: 'MediaTek', source: 'kernel/printk.c of its 3.10 to 4.19 kernels', ...CRASHED },
    text: each((at, line) => `<0>${at} -(2)[312:sh]${line}`, [...CRASH, ...panicEnd('Fatal exception')]),
  },
  {
    ...{ what: 'levels and callers', source: 'kernel/printk/printk.c', ...CRASHED },
    text: each((at, line) => `<1>${at}[  T312] ${line}`, [...CRASH, ...panicEnd('Fatal exception')]),
  },
  {
    ...{ what: 'Linux 4.14, of which the first line is lost', source: 'kernel/panic.c', ...CRASHED },
    text: each(
      (at, line) => `${at} ${line}`,
      [...CRASH.slice(0, -1), '---[ end Kernel panic - not syncing: Fatal exception'],
    ),
  },
  {
    ...{ what: 'a clock that ticks slowly', source: 'kernel/time/jiffies.c', ...CRASHED },
    text: [...CRASH, ...panicEnd('Fatal exception')].map(line => `${stamp(77.01)} ${line}\n`).join(''),
  },
]
