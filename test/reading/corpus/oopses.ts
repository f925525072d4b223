import { badAccess, calls, dumped, header, oops, panicEnd, registers, stamped } from './kernels.ts'
import { FRAMES, onEach, PLACE, type Sample } from './samples.ts'

const END = '---[ end trace 0000000000000000 ]---'

export const OOPSES: readonly Sample[] = [
  ...onEach(arch => ({
    ...{ what: 'an oops that the kernel survives', source: 'arch/*/mm/fault.c', kind: 'oops' as const },
    title: `oops: ${(badAccess(arch).find(line => /NULL/.test(line)) ?? '').replace('BUG: ', '')}, ${PLACE}`,
    text: stamped(77, oops(arch)),
  })),
  ...onEach(arch => ({
    ...{ what: 'BUG()', source: 'include/asm-generic/bug.h, lib/bug.c', kind: 'bug' as const },
    title: `kernel BUG at drivers/misc/demo.c:31, ${PLACE}`,
    text: stamped(200, [
      '------------[ cut here ]------------',
      'kernel BUG at drivers/misc/demo.c:31!',
      {
        arm64: 'Internal error: Oops - BUG: 00000000f2000800 [#1] SMP',
        arm: 'Internal error: Oops - BUG: 0 [#1] SMP ARM',
      }[arch as string] ?? (arch === 'x86' ? 'invalid opcode: 0000 [#1] PREEMPT SMP' : 'Kernel BUG [#1]'),
      ...[...header(arch), ...registers(arch, 'demo_write+0x1c/0x60'), ...calls(arch, FRAMES)],
      '---[ end trace 0000000000000000 ]---',
    ]),
  })),
  {
    ...{ what: 'the stack ran over', arch: 'arm64', source: 'arch/arm64/kernel/traps.c', kind: 'panic' },
    title: 'kernel panic: kernel stack overflow, recursive_loop+0x40',
    text: stamped(55, [
      'Insufficient stack space to handle exception!',
      'ESR: 0x0000000096000047 -- DABT (current EL)',
      'Task stack:     [0xffff80000a4b8000..0xffff80000a4bc000]',
      ...[...header('arm64'), ...registers('arm64', 'recursive_loop+0x40/0xa0')],
      'Kernel panic - not syncing: kernel stack overflow',
      ...panicEnd('kernel stack overflow'),
    ]),
  },
  {
    ...{ what: 'the stack ran over', arch: 'riscv', source: 'arch/riscv/kernel/traps.c', kind: 'panic' },
    title: 'kernel panic: Kernel stack overflow, recursive_loop+0x48',
    text: stamped(55, [
      'Insufficient stack space to handle exception!',
      'Task stack:     [0xff20000010a98000..0xff20000010a9c000]',
      ...[...header('riscv'), ...registers('riscv', 'recursive_loop+0x48/0xc6')],
      'Kernel panic - not syncing: Kernel stack overflow',
    ]),
  },
  {
    ...{ what: 'the stack ran over', arch: 'x86', source: 'arch/x86/kernel/traps.c', kind: 'stack overflow' },
    title: 'stack overflow: TASK stack guard page was hit, recursive_loop+0x19',
    text: stamped(55, [
      'BUG: TASK stack guard page was hit at 00000000f0f1f2f3 (stack is 000000001a2b3c4d..00000000aabbccdd)',
      'stack guard page: 0000 [#1] PREEMPT SMP PTI',
      ...[...header('x86'), ...registers('x86', 'recursive_loop+0x19/0x60')],
      '---[ end trace 0000000000000000 ]---',
    ]),
  },
  {
    ...{ what: 'a jump to nowhere', arch: 'x86', source: 'arch/x86/mm/fault.c', kind: 'oops' },
    title: 'oops: kernel NULL pointer dereference, address: 0000000000000000, demo_write+0x1c',
    text: stamped(31, [
      'BUG: kernel NULL pointer dereference, address: 0000000000000000',
      'Oops: 0010 [#1] PREEMPT SMP PTI',
      ...[...header('x86'), 'RIP: 0010:0x0', 'Code: Unable to access opcode bytes at 0xffffffffffffffd6.'],
      ...[...calls('x86', FRAMES), '---[ end trace 0000000000000000 ]---'],
    ]),
  },
  {
    ...{ what: 'a general protection fault', arch: 'x86', source: 'arch/x86/kernel/traps.c', kind: 'oops' },
    title:
      'oops: general protection fault, probably for non-canonical address 0xdead000000000100, demo_write+0x1c',
    text: stamped(31, [
      'general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] PREEMPT SMP NOPTI',
      ...[
        ...header('x86'),
        ...registers('x86', 'demo_write+0x1c/0x60'),
        '---[ end trace 0000000000000000 ]---',
      ],
    ]),
  },
  {
    ...{
      what: 'a general protection fault since Linux 6.10',
      arch: 'x86',
      source: 'arch/x86/kernel/traps.c',
    },
    kind: 'oops',
    title:
      'oops: general protection fault, probably for non-canonical address 0xdffffc0000000003, demo_write+0x1c',
    text: stamped(31, [
      'Oops: general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#1] SMP KASAN',
      'KASAN: null-ptr-deref in range [0x0000000000000018-0x000000000000001f]',
      ...[...header('x86'), ...registers('x86', 'demo_write+0x1c/0x60'), END],
    ]),
  },
  {
    ...{ what: 'BUG() since Linux 6.10', arch: 'x86', source: 'lib/bug.c, arch/x86/kernel/dumpstack.c' },
    kind: 'bug',
    title: `kernel BUG at drivers/misc/demo.c:31, ${PLACE}`,
    text: stamped(200, [
      ...['------------[ cut here ]------------', 'kernel BUG at drivers/misc/demo.c:31!'],
      'Oops: invalid opcode: 0000 [#1] SMP NOPTI',
      ...[...header('x86'), ...registers('x86', 'demo_write+0x1c/0x60'), END],
    ]),
  },
  {
    ...{
      what: 'BUG() of which a quiet console shows the trap',
      arch: 'x86',
      source: 'lib/bug.c',
      kind: 'oops',
    },
    title: `oops: invalid opcode, ${PLACE}`,
    text: stamped(200, [
      'Oops: invalid opcode: 0000 [#1] SMP NOPTI',
      ...[...header('x86'), ...registers('x86', 'demo_write+0x1c/0x60'), END],
    ]),
  },
  {
    ...{ what: 'a register without a clock', arch: 'arm', source: 'arch/arm/mm/fault.c', kind: 'oops' },
    title: `oops: Unhandled fault: external abort on non-linefetch (0x1028) at 0xfa0b402c, ${PLACE}`,
    text: stamped(3, [
      ...['8<--- cut here ---', 'Unhandled fault: external abort on non-linefetch (0x1028) at 0xfa0b402c'],
      ...['pgd = (ptrval)', '[fa0b402c] *pgd=48011452(bad)', 'Internal error: : 1028 [#1] SMP ARM'],
      ...[...header('arm'), ...registers('arm', 'demo_write+0x1c/0x60'), END],
    ]),
  },
  {
    ...{ what: 'a register without a clock, low in memory', arch: 'arm', source: 'arch/arm/mm/fault.c' },
    kind: 'oops',
    title: `oops: internal error 1008, ${PLACE}`,
    text: stamped(3, [
      ...['Unhandled fault: external abort on non-linefetch (0x1008) at 0x8882d003'],
      ...[
        'Internal error: : 1008 [#1] ARM',
        ...header('arm'),
        ...registers('arm', 'demo_write+0x1c/0x60'),
        END,
      ],
    ]),
  },
  {
    ...{ what: 'an SError', arch: 'arm64', source: 'arch/arm64/kernel/traps.c', kind: 'panic' },
    title: 'kernel panic: Asynchronous SError Interrupt, demo_write+0x1c',
    text: stamped(31, [
      'SError Interrupt on CPU1, code 0x00000000bf000002 -- SError',
      ...[...header('arm64'), ...registers('arm64', 'demo_write+0x1c/0x60')],
      ...[
        'Kernel panic - not syncing: Asynchronous SError Interrupt',
        ...panicEnd('Asynchronous SError Interrupt'),
      ],
    ]),
  },
  {
    ...{ what: 'scheduling while atomic', arch: 'arm64', source: 'kernel/sched/core.c', kind: 'bug' },
    title: 'kernel BUG: scheduling while atomic: sh/312/0x00000002, demo_write+0x1c',
    text: stamped(8, [
      'BUG: scheduling while atomic: sh/312/0x00000002',
      ...[
        'Modules linked in: demo(O)',
        ...dumped('arm64', [
          '__schedule_bug+0x5c/0x80',
          '__schedule+0x74c/0x8c0',
          'schedule+0x5c/0xc8',
          ...FRAMES,
        ]),
      ],
    ]),
  },
]
