import type { FindingCause, FindingKind } from './types.ts'

export type Pattern = {
  kind: FindingKind
  cause: FindingCause
  /** Matched against the text behind a kernel line's stamp, and so anchored; no part of it repeats inside another. */
  match: RegExp
  /** `$1` … of the match filled in. */
  title: string
  /** Left out: it ends a run. A kernel may survive what is only told. */
  told?: true
  /** Too few words to count without a stamp, even where the kernel is known to print none (CONFIG_PRINTK_TIME off). */
  stamped?: true
}

type Rest = Omit<Pattern, 'kind' | 'cause'>
const panic = (rest: Rest): Pattern => ({ kind: 'panic', cause: 'panic', ...rest })
const init = (rest: Rest): Pattern => ({ kind: 'init missing', cause: 'panic', ...rest })
const oops = (rest: Rest & { kind?: FindingKind }): Pattern => ({ kind: 'oops', cause: 'oops', ...rest })
const bug = (kind: FindingKind, match: RegExp): Pattern => ({
  ...{ kind, cause: 'bug', match, title: 'kernel BUG: $1' },
})
const warning = (kind: FindingKind, match: RegExp, title: string): Pattern => ({
  ...{ kind, cause: 'warning', match, title, told: true },
})
const lockup = (kind: FindingKind, match: RegExp, title: string): Pattern => ({
  ...{ kind, cause: 'lockup', match, title, told: true },
})

/** No start follows (kernel/reboot.c). */
export const WENT_DOWN = /^reboot: (Power down|System halted)$/

/** What Linux says when it breaks; the first that matches counts. The kernel's file is named beside each group. */
export const PATTERNS: readonly Pattern[] = [
  // init/main.c, init/do_mounts.c, kernel/exit.c: there is nothing to run on
  init({
    match:
      /^Kernel panic - not syncing: ((?:No working init found|No init found|Requested init |Attempted to kill init!|VFS: Unable to mount root).*)$/,
    title: 'kernel panic: $1',
  }),
  // kernel/panic.c: the first and the last line of a panic; the first may be lost on a noisy line.
  panic({ match: /^Kernel panic - not syncing(?:: ?(.*))?$/, title: 'kernel panic: $1' }),
  panic({
    // Without the bracket up to Linux 4.19.
    match: /^---\[ end Kernel panic - not syncing(?:: ?(.*?))? ?(?:\]---)?$/,
    title: 'kernel panic: $1',
  }),

  // kernel/watchdog.c, watchdog_perf.c, watchdog_buddy.c, hung_task.c, workqueue.c, rcu/tree_stall.h, tree_exp.h, tasks.h
  lockup('soft lockup', /^(?:watchdog: |NMI watchdog: )?BUG: (soft lockup - CPU#\d+ stuck for \d+s)/, '$1'),
  lockup(
    'hard lockup',
    /^(?:CPU\d+: )?(?:NMI )?watchdog: (?:CPU\d+: )?Watchdog detected (hard LOCKUP on cpu \d+)/i,
    '$1',
  ),
  lockup('hard lockup', /^(?:CPU\d+: )?Watchdog detected (hard LOCKUP on cpu \d+)/, '$1'),
  lockup('workqueue lockup', /^BUG: (workqueue lockup - pool.*)$/, '$1'),
  lockup('hung task', /^INFO: (task .+ blocked (?:in I\/O wait )?for more than \d+ seconds)/, 'hung $1'),
  lockup('rcu stall', /^(?:rcu: )?INFO: (rcu\w*) (?:self-)?detected .*\bstall/, 'RCU stall: $1'),

  // arch/arm64/kernel/traps.c, arch/x86/kernel/dumpstack.c, arch/riscv/kernel/traps.c: the stack ran over
  oops({
    kind: 'stack overflow',
    match: /^(Insufficient stack space to handle exception)!/,
    title: 'stack overflow: $1',
  }),
  oops({
    kind: 'stack overflow',
    match: /^BUG: (.+ stack guard page was hit) at /,
    title: 'stack overflow: $1',
  }),

  // arch/arm64/mm/fault.c, arch/arm/mm/fault.c, arch/x86/mm/fault.c, arch/*/kernel/traps.c and dumpstack.c
  oops({ match: /^(Unable to handle kernel .+)$/, title: 'oops: $1' }),
  oops({
    match: /^BUG: (unable to handle .+|kernel NULL pointer dereference.*)$/,
    title: 'oops: $1',
  }),
  // Of an external abort without a name arm says no more than its status.
  oops({ match: /^Internal error: : ([0-9a-f]+) \[#\d+\]/, title: 'oops: internal error $1' }),
  oops({ match: /^Internal error: (.+?) ?\[#\d+\]/, title: 'oops: $1' }),
  // `Oops: ` stands before all of them since Linux 6.10.
  oops({ match: /^(?:Oops: )?(general protection fault.*?): [0-9a-f]{4} \[#\d+\]/, title: 'oops: $1' }),
  oops({
    match:
      /^(?:Oops: )?((?:invalid opcode|divide error|stack segment|segment not present|double fault|int3|stack guard page)): [0-9a-f]{4} \[#\d+\]/,
    title: 'oops: $1',
  }),
  oops({ match: /^(?:Oops: )?Oops(?: - |: ?)?(.*?) ?\[#\d+\]/, title: 'oops: $1' }),
  oops({ match: /^(?:traps: )?PANIC: (double fault)/, title: 'oops: $1' }),
  // Of a program's access too, which only the program dies of: an address of the kernel's own tells them apart.
  oops({ match: /^(Unhandled fault: .+ at 0x(?:[c-f][0-9a-f]{7}|ffff[0-9a-f]{12}))$/, title: 'oops: $1' }),
  oops({ match: /^(SError Interrupt on CPU\d+, code .+)$/, title: 'oops: $1' }),
  oops({ match: /^(Bad mode in .+ handler detected.*)$/, title: 'oops: $1' }),

  // mm/kasan/report.c, mm/kmsan/report.c, kernel/kcsan/report.c, mm/kfence/report.c
  bug('kasan', /^BUG: (KASAN: .+)$/),
  bug('kmsan', /^BUG: (KMSAN: .+)$/),
  bug('kcsan', /^BUG: (KCSAN: .+)$/),
  bug('kfence', /^BUG: (KFENCE: .+)$/),

  // include/asm-generic/bug.h, lib/bug.c, arch/riscv/kernel/traps.c, and all that prints BUG: (kernel/sched/core.c, mm/slub.c, …)
  { kind: 'bug', cause: 'bug', match: /^kernel (BUG at .+?)!?$/, title: 'kernel $1' },
  { kind: 'bug', cause: 'bug', match: /^Kernel (BUG) \[#\d+\]/, title: 'kernel $1' },
  // kernel/locking/lockdep.c: its own tables are full
  warning('warning', /^BUG: (MAX_LOCK\w+|MAX_STACK_TRACE_ENTRIES) too low!/, 'warning: $1 too low'),
  { ...bug('bug', /^BUG: (.+)$/), stamped: true },
  // mm/slub.c, slab_bug
  {
    ...{ kind: 'bug', cause: 'bug', title: 'kernel BUG: $1: $2' },
    match: /^BUG (.{1,60}?) \((?:Not tainted|Tainted: [^)]*)\): (.+)$/,
  },

  // lib/ubsan.c
  warning('ubsan', /^UBSAN: (.+)$/, 'UBSAN: $1'),
  // kernel/panic.c, `__warn`, up to Linux 6.18 and since; kernel/locking/lockdep.c
  warning('warning', /^WARNING: CPU: \d+ PID: \d+ at (?:(\S+:\d+) )?([\w.]+\+0x[0-9a-f]+)/, 'warning: $2 $1'),
  warning(
    'warning',
    /^WARNING: (?:(\S+:\d+) )?at ([\w.]+\+0x[0-9a-f]+)\S*(?: \[\S+\])?, CPU#\d+/,
    'warning: $2 $1',
  ),
  warning(
    'warning',
    /^WARNING: ((?:possible|inconsistent|suspicious|bad unlock|held lock|lock held|Nested lock).+)$/,
    'warning: $1',
  ),

  // kernel/reboot.c: a program asked for it, and the board is silent from here on
  { kind: 'restart', cause: 'reset', match: WENT_DOWN, title: 'reset: $1' },

  // mm/oom_kill.c, `Kill process` before Linux 5.0; a task's name has 15 characters at most, of any kind
  {
    ...{ kind: 'oom kill', cause: 'out of memory', told: true },
    match:
      /^(?:Memory cgroup out|Out) of memory(?: \(oom_kill_allocating_task\))?: Kill(?:ed)? process (\d+) \((.{0,15})\)/,
    title: 'out of memory: $2 ($1) was killed',
  },
]

/**
 * What stands before the stamp in a copy of a kernel line: syslog, `dmesg -x`, a quotation, `grep` with a name or
 * number, a reply or a difference, a comment, an indented example.
 */
export const COPY_MARKS: readonly RegExp[] = [
  /\bkernel: $/,
  /^[a-z]+ *:[a-z]+ *: $/,
  /['"`]$/,
  /^\S+:$/,
  /^(?:\S+-)?\d+[-:]$/,
  /^(?:>+|[|*+;-]|\/\/|\/\*+|--|<!--| +\*|#+ *\|) ?$/,
  /^[ \t]+$/,
]

/** What a kernel says as it goes down for another start (kernel/reboot.c, kernel/panic.c, kernel/kexec_core.c, drivers/tty/sysrq.c). */
export const LEAVING =
  /^(?:reboot: Restarting system|Rebooting in \d+ seconds|sysrq: Resetting|kexec(?:_core)?: Starting new kernel)/

/** The last words of every kernel: `Linux version 6.1.0-28-cloud-arm64 (debian-kernel@…) (gcc…) #1 SMP …` (init/version.c). */
export const KERNEL_BANNER = /^(Linux version \S+) \(/

/** Banners before the kernel in the order of one boot, so that one boot is one reset. Bytes of noise may come before. */
export const FIRMWARE_BANNERS: readonly RegExp[] = [
  /^[^\x20-\x7e]*(SeaBIOS) \(version /,
  /^[^\x20-\x7e]*(U-Boot TPL 20\d\d\.\d\d\S*) \(/,
  /^[^\x20-\x7e]*(U-Boot SPL 20\d\d\.\d\d\S*) \(/,
  // TF-A, bl1/bl1_main.c, bl2/bl2_main.c, bl31/bl31_main.c
  /^[^\x20-\x7e]*NOTICE: {2}(BL1: v?\d\S*)$/,
  /^[^\x20-\x7e]*NOTICE: {2}(BL2: v?\d\S*)$/,
  /^[^\x20-\x7e]*NOTICE: {2}(BL31: v?\d\S*)$/,
  /^[^\x20-\x7e]*(U-Boot 20\d\d\.\d\d\S*) \(/,
  // EDK2, ArmPlatformPkg/PrePi and ArmVirtPkg
  /^[^\x20-\x7e]*(UEFI firmware) \(version .* built at /,
  // GRUB, grub-core/kern/main.c
  /^[^\x20-\x7e]*(Welcome to GRUB)!/,
]
