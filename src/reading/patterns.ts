import type { Finding } from './types.ts'

export type Pattern = {
  cause: Exclude<Finding['cause'], 'reset'>
  /** Matched against the text behind a kernel line's stamp, and so anchored; no part of it repeats inside another. */
  match: RegExp
  /** `$1` … of the match filled in. */
  title: string
  /** Counts without a stamp too (CONFIG_PRINTK_TIME off), at the beginning of a line only. */
  bare?: true
}

/** What Linux says when it breaks; the first that matches counts. The kernel's file is named beside each group. */
export const PATTERNS: readonly Pattern[] = [
  // kernel/panic.c: the first and the last line of a panic; the first may be lost on a noisy line.
  {
    cause: 'panic',
    match: /^Kernel panic - not syncing(?:: ?(.*))?$/,
    title: 'kernel panic: $1',
    bare: true,
  },
  {
    cause: 'panic',
    match: /^---\[ end Kernel panic - not syncing(?:: ?(.*?))? ?\]---$/,
    title: 'kernel panic: $1',
    bare: true,
  },

  // kernel/watchdog.c, watchdog_perf.c, hung_task.c, workqueue.c, rcu/tree_stall.h, rcu/tree_exp.h
  {
    cause: 'lockup',
    match: /^(?:watchdog: |NMI watchdog: )?BUG: (soft lockup - CPU#\d+ stuck for \d+s)/,
    title: '$1',
  },
  { cause: 'lockup', match: /^(?:NMI )?watchdog: .*\b(hard LOCKUP on cpu \d+)/i, title: '$1' },
  { cause: 'lockup', match: /^BUG: (workqueue lockup - pool.*)$/, title: '$1' },
  { cause: 'lockup', match: /^INFO: (task .+ blocked for more than \d+ seconds)/, title: 'hung $1' },
  {
    cause: 'lockup',
    match: /^(?:rcu: )?INFO: (rcu\w*) (?:self-)?detected .*\bstall/,
    title: 'RCU stall: $1',
  },

  // arch/arm64/mm/fault.c, arch/arm/mm/fault.c, arch/x86/mm/fault.c, arch/*/kernel/traps.c and dumpstack.c
  { cause: 'oops', match: /^(Unable to handle kernel .+)$/, title: 'oops: $1' },
  {
    cause: 'oops',
    match: /^BUG: (unable to handle .+|kernel NULL pointer dereference.*)$/,
    title: 'oops: $1',
  },
  { cause: 'oops', match: /^Internal error: (.+?) ?\[#\d+\]/, title: 'oops: $1' },
  { cause: 'oops', match: /^Oops(?: - |: ?)?(.*?) ?\[#\d+\]/, title: 'oops: $1' },
  { cause: 'oops', match: /^(general protection fault.*?): [0-9a-f]{4} \[#\d+\]/, title: 'oops: $1' },
  {
    cause: 'oops',
    match:
      /^((?:invalid opcode|divide error|stack segment|segment not present|double fault|int3)): [0-9a-f]{4} \[#\d+\]/,
    title: 'oops: $1',
  },

  // include/asm-generic/bug.h, lib/bug.c, and everything that prints BUG: (sched/core.c, mm/kasan/report.c, …)
  { cause: 'bug', match: /^kernel (BUG at .+?)!?$/, title: 'kernel $1' },
  { cause: 'bug', match: /^BUG: (.+)$/, title: 'kernel BUG: $1' },

  // mm/oom_kill.c, `Kill process` before Linux 5.0; a task's name has 15 characters at most, of any kind
  {
    cause: 'out of memory',
    match:
      /^(?:Memory cgroup out|Out) of memory(?: \(oom_kill_allocating_task\))?: Kill(?:ed)? process (\d+) \((.{0,15})\)/,
    title: 'out of memory: $2 ($1) was killed',
  },
]

/** What stands before the stamp in a copy of a kernel line: syslog, `dmesg -x`, a quotation, `grep` with a name or number. */
export const COPY_MARKS: readonly RegExp[] = [
  /\bkernel: $/,
  /^[a-z]+ *:[a-z]+ *: $/,
  /['"`]$/,
  /^\S+:$/,
  /^(?:\S+-)?\d+[-:]$/,
]

/** What a kernel says as it goes down for another start (kernel/reboot.c, kernel/panic.c, drivers/tty/sysrq.c). */
export const LEAVING = /^(?:reboot: Restarting system|Rebooting in \d+ seconds|sysrq: Resetting)/

/** The last words of every kernel: `Linux version 6.1.0-28-cloud-arm64 (debian-kernel@…) (gcc…) #1 SMP …` (init/version.c). */
export const KERNEL_BANNER = /^(Linux version \S+) \(/

/** Banners before the kernel in the order of one boot, so that one boot is one reset. Bytes of noise may come before. */
export const FIRMWARE_BANNERS: readonly RegExp[] = [
  /^[^\x20-\x7e]*(SeaBIOS) \(version /,
  /^[^\x20-\x7e]*(U-Boot TPL 20\d\d\.\d\d\S*) \(/,
  /^[^\x20-\x7e]*(U-Boot SPL 20\d\d\.\d\d\S*) \(/,
  /^[^\x20-\x7e]*(U-Boot 20\d\d\.\d\d\S*) \(/,
]
