import type { Failure } from '../../../src/errors.ts'
import type { FindingKind } from '../../../src/reading/types.ts'

/** One way to fail, provoked by a test on the board, and all that must be said of it. A line here is a test. */
export type ProvokedFailure = {
  name: string
  /** What the test does, as a shell command. */
  command: string
  timeout?: string
  /** What the console tells of it, in the order of events. */
  kinds: readonly FindingKind[]
  ends: Failure
  title: RegExp
  /** Lines of the log that prove it, in their order. */
  proof: readonly RegExp[]
  /** Where in the code the first of it was; null where no one place is to blame. */
  place: RegExp | null
}

const DIRECT = '/sys/kernel/debug/provoke-crash/DIRECT'
const STALL = '/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout'
/** By the kernel's own crash test module (drivers/misc/lkdtm); it stays there if the kernel lives on. */
const crash = (way: string, before = ''): string => `${before}echo ${way} > ${DIRECT}; sleep 60`

const test = (cause: Failure['cause']): Failure => ({ class: 'test', cause, blame: 'none' })

export const FAILURES: readonly ProvokedFailure[] = [
  {
    name: 'a crash by SysRq',
    command: 'echo c > /proc/sysrq-trigger; sleep 60',
    kinds: ['panic'],
    ends: test('panic'),
    title: /^kernel panic: sysrq triggered crash/,
    proof: [/Kernel panic - not syncing: sysrq triggered crash/, /sysrq_handle_crash\+/, /end Kernel panic/],
    place: /^sysrq_handle_crash\+0x/,
  },
  {
    name: 'a panic',
    command: crash('PANIC'),
    kinds: ['panic'],
    ends: test('panic'),
    title: /^kernel panic: dumptest/,
    proof: [/Kernel panic - not syncing: dumptest/, /lkdtm_PANIC\+/, /end Kernel panic/],
    place: /^lkdtm_PANIC\+0x/,
  },
  {
    name: 'a write to a null pointer',
    command: crash('EXCEPTION'),
    kinds: ['oops'],
    ends: test('oops'),
    title: /^oops: kernel NULL pointer dereference, address: 0000000000000000/,
    proof: [/BUG: kernel NULL pointer dereference/, /RIP: 0010:lkdtm_EXCEPTION\+/, /direct_entry\+/],
    place: /^lkdtm_EXCEPTION\+0x/,
  },
  {
    name: 'a jump to a null pointer',
    command: crash('EXEC_NULL'),
    kinds: ['oops'],
    ends: test('oops'),
    title: /^oops: kernel NULL pointer dereference, address: 0000000000000000/,
    proof: [/supervisor instruction fetch/, /execute_location\+/],
    place: /^execute_location\+0x/,
  },
  {
    name: 'an oops where an oops is a panic',
    command: crash('EXCEPTION', 'echo 1 > /proc/sys/kernel/panic_on_oops; '),
    kinds: ['oops', 'panic'],
    ends: test('panic'),
    title: /^kernel panic: Fatal exception, lkdtm_EXCEPTION\+0x/,
    proof: [/BUG: kernel NULL pointer dereference/, /Kernel panic - not syncing: Fatal exception/],
    place: /^lkdtm_EXCEPTION\+0x/,
  },
  {
    name: 'a write to what is read-only',
    command: crash('WRITE_RO'),
    kinds: ['oops'],
    ends: test('oops'),
    title: /^oops: unable to handle page fault for address: ffffffff/,
    proof: [/supervisor write access/, /lkdtm_WRITE_RO\+/],
    place: /^lkdtm_WRITE_RO\+0x/,
  },
  {
    name: 'a stack overflow',
    command: crash('EXHAUST_STACK'),
    kinds: ['stack overflow', 'panic'],
    ends: test('panic'),
    title: /^kernel panic: Fatal exception in interrupt, recursive_loop\+0x/,
    proof: [
      /TASK stack guard page was hit/,
      /recursive_loop\+/,
      /Kernel panic - not syncing: Fatal exception in interrupt/,
    ],
    place: /^recursive_loop\+0x/,
  },
  {
    name: 'a BUG',
    command: crash('BUG'),
    kinds: ['bug'],
    ends: test('bug'),
    title: /^kernel BUG at drivers\/misc\/lkdtm\/bugs\.c:\d+/,
    proof: [/kernel BUG at drivers\/misc\/lkdtm\/bugs\.c/, /RIP: 0010:lkdtm_BUG\+/],
    place: /^lkdtm_BUG\+0x/,
  },
  {
    name: 'an init that ends',
    command: 'kill -USR1 1; sleep 60',
    kinds: ['init missing'],
    ends: test('panic'),
    title: /^kernel panic: Attempted to kill init! exitcode=0x00000700/,
    proof: [/Attempted to kill init! exitcode=0x00000700/, /do_exit\+/],
    place: null,
  },
  {
    name: 'a test that restarts the board',
    command: 'echo about to restart; reboot -f; sleep 60',
    kinds: ['restart'],
    ends: test('reset'),
    title: /^reset: Linux version 6\.1\./,
    proof: [/Linux version 6\.1\./],
    place: null,
  },
  {
    name: 'a test that switches the board off',
    command: 'poweroff -f; sleep 60',
    kinds: ['restart'],
    ends: test('reset'),
    title: /^reset: (?:System halted|Power down)/,
    proof: [/reboot: (?:System halted|Power down)/],
    place: null,
  },
  {
    name: 'a watchdog that nobody feeds',
    command: 'watchdog -T 4 -t 60 /dev/watchdog; sleep 60',
    kinds: ['reset'],
    ends: test('reset'),
    title: /^reset: Linux version 6\.1\./,
    proof: [/Linux version 6\.1\./],
    place: null,
  },
  {
    name: 'a task that hangs for ever',
    command: crash('HUNG_TASK'),
    timeout: '20s',
    kinds: ['hung task'],
    ends: test('lockup'),
    title: /hung task sh:\d+ blocked for more than 5 seconds/,
    proof: [/INFO: task sh:\d+ blocked for more than 5 seconds/],
    // Its frames are printed as information (kernel/sched/core.c, sched_show_task), which the lab's level leaves out.
    place: null,
  },
  {
    name: 'a processor that never schedules again',
    // On a slow machine the stall detector, which waits for 15 s, would have its say too.
    command: crash('SOFTLOCKUP', `echo 2 > /proc/sys/kernel/watchdog_thresh; echo 90 > ${STALL}; `),
    timeout: '15s',
    kinds: ['soft lockup'],
    ends: test('lockup'),
    title: /soft lockup - CPU#0 stuck for \d+s/,
    proof: [/watchdog: BUG: soft lockup - CPU#0 stuck for \d+s/, /lkdtm_SOFTLOCKUP\+/],
    place: /^lkdtm_SOFTLOCKUP\+0x/,
  },
  {
    name: 'more memory than there is',
    command: 'tail /dev/zero',
    kinds: ['oom kill'],
    ends: test('out of memory'),
    title: /out of memory: tail \(\d+\) was killed/,
    proof: [/Out of memory: Killed process \d+ \(tail\)/],
    place: null,
  },
]

/** What a kernel says that lives on, of tests that pass: told, and no verdict. */
export const SURVIVED: readonly Pick<ProvokedFailure, 'name' | 'command' | 'kinds' | 'title'>[] = [
  {
    name: 'a warning with its trace',
    command: `echo WARNING_MESSAGE > ${DIRECT}`,
    kinds: ['warning'],
    title: /^warning: lkdtm_WARNING_MESSAGE\+0x\w+ drivers\/misc\/lkdtm\/bugs\.c:\d+/,
  },
  {
    name: 'a list that was damaged',
    command: `echo CORRUPT_LIST_ADD > ${DIRECT}`,
    kinds: ['warning'],
    title: /^warning: __list_add_valid\+/,
  },
  {
    name: 'an index out of bounds',
    command: `echo ARRAY_BOUNDS > ${DIRECT}`,
    kinds: ['ubsan'],
    title: /^UBSAN: array-index-out-of-bounds in drivers\/misc\/lkdtm\/bugs\.c/,
  },
  {
    name: 'what people ask of SysRq: help, memory, tasks, blocked ones',
    command: 'for key in h m t w; do echo $key > /proc/sysrq-trigger; done',
    kinds: [],
    title: /^$/,
  },
  {
    name: 'a test that prints what a kernel says when it dies',
    command:
      "echo 'Kernel panic - not syncing: none here'; echo 'BUG: unable to handle'; dmesg | grep -c 'Call Trace'; true",
    kinds: [],
    title: /^$/,
  },
]
