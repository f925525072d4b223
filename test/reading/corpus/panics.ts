import { dumped, oops, panicEnd, registers, stamped } from './kernels.ts'
import { FRAMES, onEach, PLACE, type Sample } from './samples.ts'

export const PANICS: readonly Sample[] = [
  ...onEach(arch => ({
    ...{ what: 'an oops that becomes a panic', source: 'kernel/panic.c', kind: 'panic' as const },
    title: `kernel panic: Fatal exception, ${PLACE}`,
    text: stamped(77, [
      ...oops(arch),
      'Kernel panic - not syncing: Fatal exception',
      ...panicEnd('Fatal exception'),
    ]),
  })),
  ...onEach(arch => ({
    ...{ what: 'a panic asked for by SysRq', source: 'drivers/tty/sysrq.c', kind: 'panic' as const },
    title: 'kernel panic: sysrq triggered crash',
    text: stamped(9.87, [
      ...['sysrq: Trigger a crash', 'Kernel panic - not syncing: sysrq triggered crash'],
      ...dumped(arch, ['panic+0x180/0x348', 'sysrq_handle_crash+0x18/0x20', '__handle_sysrq+0x88/0x180']),
      ...panicEnd('sysrq triggered crash'),
    ]),
  })),
  ...onEach(arch => ({
    ...{ what: 'a driver that panics', source: 'kernel/panic.c', kind: 'panic' as const },
    title: `kernel panic: dumptest, ${PLACE}`,
    text: stamped(41, [
      'Kernel panic - not syncing: dumptest',
      ...dumped(arch, ['panic+0x180/0x348', ...FRAMES]),
      ...panicEnd('dumptest'),
    ]),
  })),
  ...onEach(arch => ({
    ...{ what: 'init killed', source: 'kernel/exit.c', kind: 'init missing' as const },
    title: 'kernel panic: Attempted to kill init! exitcode=0x0000000b',
    text: stamped(2.3, [
      'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b',
      ...dumped(arch, ['panic+0x180/0x348', 'do_exit+0x8c0/0x990', 'do_group_exit+0x34/0xa0']),
      ...panicEnd('Attempted to kill init! exitcode=0x0000000b'),
    ]),
  })),
  {
    ...{ what: 'no init', arch: 'any', source: 'init/main.c', kind: 'init missing' },
    title:
      'kernel panic: No working init found.  Try passing init= option to kernel. See Linux Documentation/admin-guide/init.rst for guidance.',
    text: stamped(1.4, [
      'Kernel panic - not syncing: No working init found.  Try passing init= option to kernel. See Linux Documentation/admin-guide/init.rst for guidance.',
    ]),
  },
  {
    ...{ what: 'no root file system', arch: 'any', source: 'init/do_mounts.c', kind: 'init missing' },
    title: 'kernel panic: VFS: Unable to mount root fs on unknown-block(0,0)',
    text: stamped(1.4, [
      'List of all partitions:',
      'No filesystem could mount root, tried: ',
      'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
      ...panicEnd('VFS: Unable to mount root fs on unknown-block(0,0)'),
    ]),
  },
  {
    ...{ what: 'no memory and nothing to kill', arch: 'any', source: 'mm/oom_kill.c', kind: 'panic' },
    title: 'kernel panic: System is deadlocked on memory',
    text: stamped(91, [
      ...[
        'Out of memory and no killable processes...',
        'Kernel panic - not syncing: System is deadlocked on memory',
      ],
    ]),
  },
  {
    ...{ what: 'a warning that panics', arch: 'x86', source: 'kernel/panic.c', kind: 'panic' },
    title: 'kernel panic: kernel: panic_on_warn set ..., demo_write+0x1c',
    text: stamped(12, [
      'WARNING: CPU: 0 PID: 312 at drivers/misc/demo.c:31 demo_write+0x1c/0x60 [demo]',
      ...registers('x86', 'demo_write+0x1c/0x60'),
      'Kernel panic - not syncing: kernel: panic_on_warn set ...',
      ...panicEnd('kernel: panic_on_warn set ...'),
    ]),
  },
]
