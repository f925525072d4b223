import { calls, dumped, header, registers, stamped } from './kernels.ts'
import { FRAMES, onEach, PLACE, type Sample } from './samples.ts'

export const LOCKUPS: readonly Sample[] = [
  ...onEach(arch => ({
    ...{ what: 'a soft lockup', source: 'kernel/watchdog.c', kind: 'soft lockup' as const },
    title: 'soft lockup - CPU#1 stuck for 22s, demo_spin+0x8',
    text: stamped(300, [
      'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:312]',
      ...[
        'Modules linked in: demo(O)',
        ...header(arch),
        ...registers(arch, 'demo_spin+0x8/0x10'),
        ...calls(arch, FRAMES),
      ],
    ]),
  })),
  ...onEach(arch => ({
    ...{ what: 'a hung task', source: 'kernel/hung_task.c', kind: 'hung task' as const },
    title: `hung task sh:312 blocked for more than 120 seconds, ${PLACE}`,
    text: stamped(484, [
      'INFO: task sh:312 blocked for more than 120 seconds.',
      '      Tainted: G           O       6.6.32 #1',
      '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
      'task:sh              state:D stack:0     pid:312   ppid:1      flags:0x00000004',
      ...calls(arch, [
        '__switch_to+0xf0/0x158',
        '__schedule+0x2a4/0x8c0',
        'schedule+0x5c/0xc8',
        'schedule_timeout+0x18c/0x1d0',
        ...FRAMES,
      ]),
    ]),
  })),
  ...onEach(arch => ({
    ...{ what: 'an RCU stall', source: 'kernel/rcu/tree_stall.h', kind: 'rcu stall' as const },
    title: `RCU stall: rcu_preempt, ${PLACE}`,
    text: stamped(63, [
      'rcu: INFO: rcu_preempt self-detected stall on CPU',
      'rcu: \t1-....: (5249 ticks this GP) idle=d5e4/1/0x4000000000000002 softirq=5542/5542 fqs=1862',
      'rcu: \t(t=5252 jiffies g=10253 q=195 ncpus=2)',
      ...[...header(arch), ...registers(arch, 'demo_write+0x1c/0x60'), ...calls(arch, FRAMES)],
    ]),
  })),
  {
    ...{ what: 'a hard lockup', arch: 'x86', source: 'kernel/watchdog.c', kind: 'hard lockup' },
    title: 'hard LOCKUP on cpu 2, demo_spin+0x8',
    text: stamped(300, [
      'watchdog: CPU2: Watchdog detected hard LOCKUP on cpu 2',
      ...header('x86'),
      ...registers('x86', 'demo_spin+0x8/0x10'),
    ]),
  },
  {
    ...{ what: 'a workqueue lockup', arch: 'any', source: 'kernel/workqueue.c', kind: 'workqueue lockup' },
    title: 'workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 34s!',
    text: stamped(300, [
      'BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 34s!',
      'Showing busy workqueues and worker pools:',
    ]),
  },
  {
    ...{ what: 'a soft lockup that panics', arch: 'x86', source: 'kernel/watchdog.c', kind: 'panic' },
    title: 'kernel panic: softlockup: hung tasks, demo_spin+0x8',
    text: stamped(300, [
      'watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:312]',
      ...[...header('x86'), ...registers('x86', 'demo_spin+0x8/0x10')],
      ...[
        'Kernel panic - not syncing: softlockup: hung tasks',
        ...dumped('x86', ['panic+0x180/0x348', 'watchdog_timer_fn+0x1f8/0x260']),
      ],
    ]),
  },
]

export const MEMORY: readonly Sample[] = [
  {
    ...{ what: 'a task killed for want of memory', arch: 'any', source: 'mm/oom_kill.c', kind: 'oom kill' },
    title: 'out of memory: stress (345) was killed',
    text: stamped(91, [
      'stress invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0',
      ...[
        ...dumped('arm64', [
          'dump_header+0x4c/0x1c0',
          'oom_kill_process+0x104/0x200',
          'out_of_memory+0xd8/0x2d0',
        ]),
        'Mem-Info:',
      ],
      'oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=stress,pid=345,uid=0',
      'Out of memory: Killed process 345 (stress) total-vm:1048576kB, anon-rss:900000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1808kB oom_score_adj:0',
      'oom_reaper: reaped process 345 (stress), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB',
    ]),
  },
  {
    ...{
      what: 'a task killed for its group’s limit',
      arch: 'any',
      source: 'mm/oom_kill.c',
      kind: 'oom kill',
    },
    title: 'out of memory: stress (345) was killed',
    text: stamped(91, [
      'Memory cgroup out of memory: Killed process 345 (stress) total-vm:1048576kB, anon-rss:65000kB, file-rss:0kB',
    ]),
  },
]
