import { calls, dumped, header, registers, stamped } from './kernels.ts'
import { FRAMES, onEach, type Sample } from './samples.ts'

const RULE = '='.repeat(66)
/** mm/slub.c with `slub_debug`, up to `print_tracking` and the dump of the object. */
export const SLUB: readonly Sample[] = ['arm64' as const, 'x86' as const].map(arch => ({
  ...{ what: 'SLUB', arch, source: 'mm/slub.c', kind: 'bug' as const },
  title: 'kernel BUG: kmalloc-64: Right Redzone overwritten, demo_write+0x1c',
  text: stamped(2, [
    '='.repeat(77),
    'BUG kmalloc-64 (Tainted: G           O      ): Right Redzone overwritten',
    '-'.repeat(77),
    ...['', '0xffff888003a1c940-0xffff888003a1c943 @offset=2368. First byte 0x78 instead of 0xcc'],
    'Allocated in demo_open+0x17/0x40 age=0 cpu=0 pid=312',
    ...[' kmalloc_trace+0xf/0x10', ' demo_open+0x17/0x40', ' vfs_open+0x2c/0x40'],
    ...['Freed in load_elf_binary+0xb82/0x1345 age=9 cpu=0 pid=311', ' bprm_execve+0x205/0x32a'],
    'Slab 0xffffea000000f800 objects=21 used=3 fp=0xffff888003a1c900 flags=0x200(slab|zone=0)',
    'Object 0xffff888003a1c900 @offset=2304 fp=0x0000000000000000',
    ...['', 'Object   ffff888003a1c900: 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78 78  xxxxxxxxxxxxxxxx'],
    'Redzone  ffff888003a1c940: 78 78 78 78 cc cc cc cc                          xxxx....',
    ...dumped(arch, [
      ...['check_bytes_and_report+0xbc/0x108', 'check_object+0x78/0x1d6', 'free_to_partial_list+0x191/0x346'],
      ...['kfree+0x6d/0xe4', ...FRAMES],
    ]),
    'Disabling lock debugging due to kernel taint',
    'FIX kmalloc-64: Restoring Right Redzone 0xffff888003a1c940-0xffff888003a1c943=0xcc',
  ]),
}))

export const SANITIZERS: readonly Sample[] = ['arm64' as const, 'x86' as const].flatMap(arch => [
  {
    ...{ what: 'KASAN', arch, source: 'mm/kasan/report.c', kind: 'kasan' as const },
    title: 'kernel BUG: KASAN: slab-out-of-bounds in demo_write+0x1c/0x60 [demo]',
    text: stamped(8, [
      ...[
        RULE,
        'BUG: KASAN: slab-out-of-bounds in demo_write+0x1c/0x60 [demo]',
        'Write of size 1 at addr ffff888003a1c940 by task sh/312',
      ],
      ...['', ...dumped(arch, ['print_report+0x170/0x473', 'kasan_report+0xad/0x130', ...FRAMES])],
      ...[
        '',
        'Allocated by task 312:',
        ' kasan_save_stack+0x1e/0x40',
        '',
        'Memory state around the buggy address:',
      ],
      ...[
        '>ffff888003a1c900: 00 00 00 00 00 00 00 00 fc fc fc fc fc fc fc fc',
        '                                           ^',
        RULE,
      ],
    ]),
  },
  {
    ...{ what: 'KFENCE', arch, source: 'mm/kfence/report.c', kind: 'kfence' as const },
    title: 'kernel BUG: KFENCE: use-after-free read in demo_write+0x1c/0x60 [demo]',
    text: stamped(8, [
      ...[RULE, 'BUG: KFENCE: use-after-free read in demo_write+0x1c/0x60 [demo]', ''],
      ...['Use-after-free read at 0x00000000a891fb3a (in kfence-#36):', ' demo_write+0x1c/0x60 [demo]', ''],
      ...[
        'kfence-#36: 0x00000000a72cc7b6-0x00000000d97616d9, size=32, cache=kmalloc-32',
        '',
        ...header(arch),
        RULE,
      ],
    ]),
  },
  {
    ...{ what: 'KCSAN', arch, source: 'kernel/kcsan/report.c', kind: 'kcsan' as const },
    title: 'kernel BUG: KCSAN: data-race in demo_read / demo_write, demo_write+0x1c',
    text: stamped(8, [
      ...[
        RULE,
        'BUG: KCSAN: data-race in demo_read / demo_write',
        '',
        'write to 0xffff888003a1c900 of 8 bytes by task 312 on cpu 1:',
      ],
      ...[
        ' demo_write+0x1c/0x60',
        ' vfs_write+0xc8/0x390',
        '',
        'value changed: 0x0000000000000001 -> 0x0000000000000002',
        ...header(arch),
        RULE,
      ],
    ]),
  },
  {
    ...{ what: 'KMSAN', arch, source: 'mm/kmsan/report.c', kind: 'kmsan' as const },
    title: 'kernel BUG: KMSAN: uninit-value in demo_write+0x1c/0x60',
    text: stamped(8, [
      ...[
        '='.repeat(53),
        'BUG: KMSAN: uninit-value in demo_write+0x1c/0x60',
        ' demo_write+0x1c/0x60',
        ' vfs_write+0xc8/0x390',
        '',
      ],
      ...['Uninit was stored to memory at:', ' demo_read+0x1c/0x60', '', ...header(arch), '='.repeat(53)],
    ]),
  },
  {
    ...{ what: 'UBSAN', arch, source: 'lib/ubsan.c', kind: 'ubsan' as const, isSurvived: true as const },
    title: 'UBSAN: array-index-out-of-bounds in drivers/misc/demo.c:31:9, demo_write+0x1c',
    text: stamped(8, [
      ...[
        '------------[ cut here ]------------',
        'UBSAN: array-index-out-of-bounds in drivers/misc/demo.c:31:9',
        "index 9 is out of range for type 'int [4]'",
      ],
      ...[
        ...dumped(arch, ['ubsan_epilogue+0x5/0x40', '__ubsan_handle_out_of_bounds+0x70/0x80', ...FRAMES]),
        '---[ end trace ]---',
      ],
    ]),
  },
])

export const WARNINGS: readonly Sample[] = [
  ...onEach(arch => ({
    ...{ what: 'WARN_ON()', source: 'kernel/panic.c', kind: 'warning' as const, isSurvived: true as const },
    title: 'warning: demo_write+0x1c drivers/misc/demo.c:31',
    text: stamped(15, [
      '------------[ cut here ]------------',
      'WARNING: CPU: 1 PID: 312 at drivers/misc/demo.c:31 demo_write+0x1c/0x60 [demo]',
      ...[
        'Modules linked in: demo(O)',
        ...header(arch),
        ...registers(arch, 'demo_write+0x1c/0x60'),
        ...calls(arch, FRAMES),
      ],
      '---[ end trace 0000000000000000 ]---',
    ]),
  })),
  {
    ...{
      what: 'WARN_ON() since Linux 6.19',
      arch: 'x86',
      source: 'kernel/panic.c',
      kind: 'warning',
      isSurvived: true,
    },
    title: 'warning: demo_write+0x1c drivers/misc/demo.c:31',
    text: stamped(15, [
      'WARNING: drivers/misc/demo.c:31 at demo_write+0x1c/0x60 [demo], CPU#1: sh/312',
      ...header('x86'),
    ]),
  },
  {
    ...{ what: 'lockdep that has no room left', arch: 'x86', source: 'kernel/locking/lockdep.c' },
    ...{ kind: 'warning', isSurvived: true },
    title: 'warning: MAX_LOCKDEP_CHAINS too low',
    text: stamped(15, ['BUG: MAX_LOCKDEP_CHAINS too low!', 'turning off the locking correctness validator.']),
  },
  {
    ...{
      what: 'lockdep',
      arch: 'x86',
      source: 'kernel/locking/lockdep.c',
      kind: 'warning',
      isSurvived: true,
    },
    title: 'warning: possible circular locking dependency detected, demo_write+0x1c',
    text: stamped(15, [
      ...[
        '='.repeat(54),
        'WARNING: possible circular locking dependency detected',
        '6.6.32 #1 Tainted: G           O',
      ],
      ...dumped('x86', ['print_circular_bug+0x1ae/0x220', 'lock_acquire+0xbf/0x2b0', ...FRAMES]),
    ]),
  },
]
