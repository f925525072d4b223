import { COPIES } from './copies.ts'
import { calls, oops, panicEnd, registers, stamp, stamped } from './kernels.ts'
import { BANNER } from './resets.ts'

export type LookAlike = { what: string; text: string }

const BARE = oops('x86').join('\n')

/** What looks like a failure and is none: quoted, printed again, or a program's own words. */
export const LOOK_ALIKES: readonly LookAlike[] = [
  ...COPIES,
  {
    what: 'a test that greps for panics',
    text: '# ./check.sh\nchecking for "Kernel panic - not syncing" ... none\nchecking for "Oops:" ... none\nok 1 - no panic\n',
  },
  {
    what: 'a test named after a panic',
    text: 'TAP version 13\n1..2\nok 1 - Kernel panic - not syncing is handled\nok 2 - BUG: fixed\n# Kernel panic - not syncing: quoted\n',
  },
  {
    what: 'a source file that can panic',
    text: '\tif (!root)\n\t\tpanic("VFS: Unable to mount root fs on %s", name);\n\tpr_emerg("Kernel panic - not syncing: %s", buf);\n',
  },
  {
    what: 'a trace pasted without stamps',
    text: `${BARE}\nKernel panic - not syncing: Fatal exception\n${panicEnd('Fatal exception').join('\n')}\nPASS\n`,
  },
  {
    what: 'a trace pasted without stamps at the very end',
    text: `PASS 1\nKernel panic - not syncing: Fatal exception\n${panicEnd('Fatal exception').join('\n')}\n`,
  },
  {
    what: 'gtest that speaks of a bug',
    text: '[==========] Running 1 test from 1 test suite.\n[ RUN      ] Demo.Bug\nBUG: this is mine\nOops: 0002 [#1] of a test\nWARNING: CPU: 0 PID: 1 at demo.c:31 demo_write+0x1c/0x60\n[       OK ] Demo.Bug (0 ms)\n',
  },
  {
    what: 'a user sanitizer',
    text: '=================================================================\n==312==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011\n    #0 0x4c3a1f in main demo.c:5\nUndefinedBehaviorSanitizer: undefined-behavior demo.c:5:9\n',
  },
  {
    what: 'a program that stamps its own lines',
    text: '[12.345678] BUG: mine\n[   12.345] Kernel panic - not syncing: mine\n[2026-11-20 12:00:00] BUG: mine\n',
  },
  {
    what: 'a program’s words through /dev/kmsg',
    text: '<12>[   42.100001] Kernel panic - not syncing: only a drill\n',
  },
  {
    what: 'a program that is killed',
    text: `${stamp(15)} demo[312]: segfault at 0 ip 0000000000401136 sp 00007ffd3c error 6 in demo[401000+1000]\nSegmentation fault (core dumped)\n`,
  },
  {
    what: 'a program that runs out of memory by itself',
    text: 'Out of memory: Killed process 12 (mine)\nterminate called after throwing an instance of std::bad_alloc\n',
  },
  {
    what: 'a program that is killed for a register without a clock',
    text: `${stamped(15, [
      ...['8<--- cut here ---', 'Unhandled fault: external abort on non-linefetch (0x1818) at 0xb6f3d000'],
      ...['pgd = 5fc023bc', '[b6f3d000] *pgd=44e11452'],
    ])}Bus error\n`,
  },
  {
    what: 'memory that is short',
    text: stamped(91, [
      'stress: page allocation failure: order:4, mode:0x40cc0',
      'stress invoked oom-killer: gfp_mask=0x140dca, order=0',
    ]),
  },
  {
    what: 'the settings of a healthy kernel',
    text: stamped(0.1, [
      'Kernel command line: console=ttyS0 panic=10 oops=panic softlockup_panic=1 hung_task_panic=1',
      'rcu: \tRCU CPU stall warnings timeout set to 60',
      'NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.',
      'kfence: initialized - using 2097152 bytes',
    ]),
  },
  {
    what: 'a kernel that speaks of bugs',
    text: stamped(1, [
      'ACPI BIOS Error (bug): Could not resolve symbol [\\_SB.PCI0]',
      'Spectre V2 : WARNING: Unprivileged eBPF is enabled',
      'pci quirk: BUG: in the middle',
      'demo: WARNING: mine',
      'INFO: task scheduler ready',
    ]),
  },
  {
    what: 'a boot that the recording begins with',
    text: `U-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)\nTrying to boot from MMC1\n\nU-Boot 2023.01 (Jan 04 2023)\n\nStarting kernel ...\n\n${stamp(0)} ${BANNER}\n${stamp(1)} Run /sbin/init as init process\nPASS\n`,
  },
  {
    what: 'a boot of a kernel alone that the recording begins with',
    text: `${stamp(0)} Booting Linux on physical CPU 0x0\n${stamp(0)} ${BANNER}\n${stamp(1)} Run /sbin/init as init process\nPASS\n`,
  },
  {
    what: 'the whole of dmesg, printed by a test',
    text: `${stamp(0)} ${BANNER}\n${stamped(1, ['one', 'two', 'three', 'four', 'five'])}PASS 1\n${stamp(0)} ${BANNER}\n${stamped(1, ['one', 'two', 'three', 'four', 'five'])}PASS 2\n`,
  },
  { what: 'the version of a kernel', text: `# cat /proc/version\n${BANNER}\nLinux board 6.6.32\n` },
  {
    what: 'the version of a boot loader',
    text: 'ver=U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\nU-Boot 2023.01 is installed\nfound U-Boot SPL 2023.01 (Jan)\n',
  },
  {
    what: 'the log of a boot, printed',
    text: '# cat boot.log\nU-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)\nSPL: failed to boot from all boot devices\n### ERROR ### Please RESET the board ###\n# \n',
  },
  {
    what: 'a boot loader’s words from a program',
    text: 'error: file not found\nBad Data Hash\n### ERROR ### Please RESET the board ###\nNo bootable device.\nASSERT [demo] demo.c(31): x\n',
  },
  {
    what: 'a dump of the processor’s registers',
    text: stamped(20, [
      'demo: state',
      ...registers('arm64', 'demo_write+0x1c/0x60'),
      ...calls('arm64', ['demo_write+0x1c/0x60']),
    ]),
  },
  {
    what: 'a kernel without stamps: dmesg, typed',
    text: `Starting kernel ...\n\n${BANNER}\n# dmesg\n${BARE}\n# \n`,
  },
  {
    what: 'a kernel without stamps: a program that speaks of a bug',
    text: `Starting kernel ...\n\n${BANNER}\nBUG: this is mine\nOops, sorry\nWARNING: only mine\n`,
  },
  {
    what: 'a kernel with stamps whose version a program printed first',
    text: `${BANNER}\n${stamp(40)} demo: loaded\n${BARE}\nPASS\n`,
  },
  {
    what: 'a man page',
    text: 'panic_on_oops\n    0: try to continue operation\n    1: panic immediately. "Kernel panic - not syncing: Fatal exception"\n',
  },
]
