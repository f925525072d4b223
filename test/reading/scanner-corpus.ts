/** Console text on both sides: what a broken kernel prints, and what only looks like it. */

export type Failure = {
  what: string
  text: string
  findings: readonly (readonly [cause: string, title: string])[]
}
export type LookAlike = { what: string; text: string }

export const FAILURES: readonly Failure[] = [
  {
    what: 'a panic in an interrupt (arm64)',
    text: `[   42.100001] Kernel panic - not syncing: Fatal exception in interrupt
[   42.100950] SMP: stopping secondary CPUs
[   42.101500] Kernel Offset: disabled
[   42.190001] ---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---
`,
    findings: [['panic', 'kernel panic: Fatal exception in interrupt']],
  },
  {
    what: 'a panic asked for by SysRq (x86)',
    text: `# echo c > /proc/sysrq-trigger
[    9.871234] sysrq: Trigger a crash
[    9.871601] Kernel panic - not syncing: sysrq triggered crash
[    9.872010] CPU: 0 PID: 61 Comm: sh Not tainted 6.1.0-28-cloud-amd64 #1  Debian 6.1.119-1
[    9.872500] Call Trace:
[    9.872701]  <TASK>
[    9.900000] Kernel Offset: 0x2c000000 from 0xffffffff81000000
[    9.900100] ---[ end Kernel panic - not syncing: sysrq triggered crash ]---
`,
    findings: [['panic', 'kernel panic: sysrq triggered crash']],
  },
  {
    what: 'no root file system',
    text: '[    1.402345] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n',
    findings: [['panic', 'kernel panic: VFS: Unable to mount root fs on unknown-block(0,0)']],
  },
  {
    what: 'init killed, on a kernel with callers in its stamps',
    text: '[    2.345678][    T1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n',
    findings: [['panic', 'kernel panic: Attempted to kill init! exitcode=0x0000000b']],
  },
  {
    what: 'a panic with a level before the stamp',
    text: '<0>[   12.345678] Kernel panic - not syncing: hung_task: blocked tasks\n',
    findings: [['panic', 'kernel panic: hung_task: blocked tasks']],
  },
  {
    what: 'a panic on a kernel without stamps',
    text: `Starting kernel ...

Booting Linux on physical CPU 0x0
Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled
`,
    findings: [['panic', 'kernel panic: Out of memory: system-wide panic_on_oom is enabled']],
  },
  {
    what: 'a panic cut into a line of the test',
    text: 'PASS 1\nPASS 2\nPA[  312.000123] Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: probe\nSS 3\n',
    findings: [['panic', 'kernel panic: stack-protector: Kernel stack is corrupted in: probe']],
  },
  {
    what: 'a panic behind a prompt that asks for the cursor',
    text: '~ # \x1b[6n[  312.000123] Kernel panic - not syncing: Fatal exception\n',
    findings: [['panic', 'kernel panic: Fatal exception']],
  },
  {
    what: 'a panic whose first line the line has lost',
    text: '[  312.0p$x\n[  312.000500] ---[ end Kernel panic - not syncing: Fatal exception ]---\n',
    findings: [['panic', 'kernel panic: Fatal exception']],
  },
  {
    what: 'an oops and the panic it becomes (arm64)',
    text: `[   77.000001] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
[   77.000020] Mem abort info:
[   77.000100] Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP
[   77.000200] Modules linked in: demo(O)
[   77.001000] ---[ end trace 0000000000000000 ]---
[   77.001100] Kernel panic - not syncing: Oops: Fatal exception
`,
    findings: [
      ['oops', 'oops: Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008'],
      ['panic', 'kernel panic: Oops: Fatal exception'],
    ],
  },
  {
    what: 'an abort without an address (arm64)',
    text: '[    5.551000] Internal error: synchronous external abort: 0000000096000010 [#1] SMP\n',
    findings: [['oops', 'oops: synchronous external abort: 0000000096000010']],
  },
  {
    what: 'an undefined instruction (arm)',
    text: '[    5.551000] Internal error: Oops - undefined instruction: 0 [#1] SMP ARM\n',
    findings: [['oops', 'oops: Oops - undefined instruction: 0']],
  },
  {
    what: 'a page fault (x86)',
    text: `[  100.123456] BUG: unable to handle page fault for address: ffffc90000a3f000
[  100.123460] #PF: supervisor write access in kernel mode
[  100.123470] Oops: 0002 [#1] PREEMPT SMP PTI
`,
    findings: [['oops', 'oops: unable to handle page fault for address: ffffc90000a3f000']],
  },
  {
    what: 'a NULL pointer (x86)',
    text: '[  100.123456] BUG: kernel NULL pointer dereference, address: 0000000000000000\n',
    findings: [['oops', 'oops: kernel NULL pointer dereference, address: 0000000000000000']],
  },
  {
    what: 'only the second line of an oops (x86)',
    text: '[  108.123470] Oops: 0002 [#1] PREEMPT SMP PTI\n',
    findings: [['oops', 'oops: 0002']],
  },
  {
    what: 'a general protection fault (x86)',
    text: '[    3.141592] general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP NOPTI\n',
    findings: [
      ['oops', 'oops: general protection fault, probably for non-canonical address 0xdead000000000100'],
    ],
  },
  {
    what: 'an oops on RISC-V',
    text: '[    3.141592] Oops [#1]\n',
    findings: [['oops', 'oops']],
  },
  {
    what: 'a BUG() and the trap it is made of',
    text: `[  200.000001] ------------[ cut here ]------------
[  200.000002] kernel BUG at fs/ext4/inode.c:2722!
[  200.000003] invalid opcode: 0000 [#1] PREEMPT SMP
`,
    findings: [['bug', 'kernel BUG at fs/ext4/inode.c:2722']],
  },
  {
    what: 'scheduling while atomic',
    text: '[    8.100000] BUG: scheduling while atomic: insmod/312/0x00000002\n',
    findings: [['bug', 'kernel BUG: scheduling while atomic: insmod/312/0x00000002']],
  },
  {
    what: 'KASAN',
    text: '[    8.100000] BUG: KASAN: slab-out-of-bounds in demo_write+0x4c/0x90 [demo]\n',
    findings: [['bug', 'kernel BUG: KASAN: slab-out-of-bounds in demo_write+0x4c/0x90 [demo]']],
  },
  {
    what: 'a soft lockup',
    text: '[  300.012345] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [kworker/1:1:41]\n',
    findings: [['lockup', 'soft lockup - CPU#1 stuck for 22s']],
  },
  {
    what: 'a hard lockup',
    text: '[  300.012345] NMI watchdog: Watchdog detected hard LOCKUP on cpu 2\n',
    findings: [['lockup', 'hard LOCKUP on cpu 2']],
  },
  {
    what: 'a hung task',
    text: '[  484.200000] INFO: task mmcqd/0:88 blocked for more than 120 seconds.\n',
    findings: [['lockup', 'hung task mmcqd/0:88 blocked for more than 120 seconds']],
  },
  {
    what: 'an RCU stall seen by others',
    text: '[   63.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n',
    findings: [['lockup', 'RCU stall: rcu_preempt']],
  },
  {
    what: 'an RCU stall seen by itself',
    text: '[   63.000000] rcu: INFO: rcu_sched self-detected stall on CPU\n',
    findings: [['lockup', 'RCU stall: rcu_sched']],
  },
  {
    what: 'a WARN_ON, which a kernel survives',
    text: '[   15.000000] WARNING: CPU: 0 PID: 1 at kernel/irq/manage.c:1234 free_irq+0x10/0x20\n',
    findings: [['warning', 'warning: free_irq+0x10 kernel/irq/manage.c:1234']],
  },
  {
    what: 'no memory left',
    text: '[   91.500000] Out of memory: Killed process 345 (stress) total-vm:1048576kB, anon-rss:900000kB, file-rss:0kB\n',
    findings: [['out of memory', 'out of memory: stress (345) was killed']],
  },
  {
    what: 'no memory left on an old kernel',
    text: '[   91.500000] Out of memory: Kill process 345 (my (odd) name) score 912 or sacrifice child\n',
    findings: [['out of memory', 'out of memory: my (odd) name (345) was killed']],
  },
  {
    what: 'a reset with a loader that announces itself',
    text: `PASS 3
PAS

U-Boot SPL 2023.01+dfsg-2+b1 (Jan 04 2023 - 15:20:25 +0000)
Trying to boot from MMC1


U-Boot 2023.01+dfsg-2+b1 (Jan 04 2023 - 15:20:25 +0000)

Starting kernel ...

[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd034]
[    0.000000] Linux version 6.1.0-28-arm64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP Debian
`,
    findings: [['reset', 'reset: U-Boot SPL 2023.01+dfsg-2+b1']],
  },
  {
    what: 'a reset with noise before the first character',
    text: '\x00\u00ff\ufffdU-Boot 2024.07 (Aug 01 2024 - 10:00:00 +0200)\n',
    findings: [['reset', 'reset: U-Boot 2024.07']],
  },
  {
    what: 'a reset straight into a kernel, told without wall times',
    text: '[    0.000000] Linux version 6.1.0-28-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP\n',
    findings: [['reset', 'reset: Linux version 6.1.0-28-cloud-amd64']],
  },
]

export const LOOK_ALIKES: readonly LookAlike[] = [
  { what: 'a program that warns', text: 'WARNING: this is only a test\nBUG: 17 of my own\nBUG\n' },
  {
    what: 'a program with an oops of its own',
    text: 'Oops: 0002 [#1] that is what a kernel says\nOops, sorry\n',
  },
  {
    what: 'a program that speaks of a panic',
    text: 'checking for "Kernel panic - not syncing" in the log: none\n',
  },
  {
    what: 'a test named after one',
    text: 'PASS kernel_panic_handler\nok 3 - BUG: fixed\n# Kernel panic - tests\n',
  },
  {
    what: 'a trace pasted without stamps',
    text: `Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
Internal error: Oops: 0000000096000004 [#1] PREEMPT SMP
Call trace:
 demo_write+0x4c/0x90
---[ end trace 0000000000000000 ]---
`,
  },
  {
    what: 'a trace quoted in a report',
    text: '  "[   42.100001] Kernel panic - not syncing: Fatal exception"\nlog=\'[   42.100001] Oops: 0002 [#1]\'\n',
  },
  {
    what: 'syslog, copied',
    text: 'Nov 20 12:00:00 board kernel: [   42.100001] Kernel panic - not syncing: Fatal exception\n',
  },
  {
    what: 'dmesg -x',
    text: 'kern  :crit  : [   42.100001] BUG: scheduling while atomic: insmod/312/0x00000002\n',
  },
  {
    what: 'grep',
    text: '/var/log/kern.log:[   42.100001] BUG: scheduling while atomic\n12:[   42.100001] Oops: 0002 [#1] SMP\n13-[   42.100001] Oops: 0002 [#1] SMP\n',
  },
  { what: 'journalctl', text: '[   42.100001] board kernel: Kernel panic - not syncing: Fatal exception\n' },
  {
    what: 'a stamp that no kernel prints',
    text: '[42.100001] BUG: mine\n[   42.100] Oops: 0002 [#1] mine\n[2026-11-20 12:00:00] BUG: mine\n',
  },
  {
    what: 'the command line and settings of a healthy kernel',
    text: `[    0.000000] Kernel command line: console=ttyS0 panic=10 oops=panic softlockup_panic=1
[    0.100000] rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.
[    0.200000] NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.
[    0.300000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on
`,
  },
  {
    what: 'a program that crashes',
    text: '[   15.000000] hello[312]: segfault at 0 ip 0000000000401136 sp 00007ffd error 6 in hello\nSegmentation fault\n',
  },
  {
    what: 'a kernel that speaks of bugs',
    text: '[    1.000000] ACPI BIOS Error (bug): Could not resolve symbol\n[    1.100000] pci quirk: BUG: in the middle\n',
  },
  {
    what: 'the name of the kernel',
    text: 'Linux version 6.1.0-28-arm64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP Debian\nLinux board 6.1.0\n',
  },
  {
    what: 'the name of the boot loader',
    text: 'ver=U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\nU-Boot 2023.01 is installed\nfound U-Boot SPL 2023.01 (Jan)\n',
  },
  {
    what: 'a clean reboot asked for by name',
    text: 'the board says "reboot: Restarting system" when it goes\n',
  },
  {
    what: 'memory that is short but not gone',
    text: '[   91.500000] stress invoked oom-killer: gfp_mask=0x140dca, order=0\nOut of memory: Killed process 12 (mine)\n',
  },
  {
    what: 'an information about a task',
    text: '[  484.200000] INFO: task scheduler ready\nINFO: task mine blocked for more than 120 seconds.\n',
  },
]
