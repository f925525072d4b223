import { calls, header, oops, stamp, stamped } from './kernels.ts'
import type { Sample } from './samples.ts'

const SPL = ['', 'U-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)', 'Trying to boot from MMC1', '', '']
const UBOOT = ['U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)', '', 'Model: Example Board', 'DRAM:  1 GiB']
const HAND_OVER = ['', 'Starting kernel ...', '']
export const BANNER =
  'Linux version 6.6.32 (builder@lab) (aarch64-linux-gnu-gcc 12.2.0, GNU ld 2.40) #1 SMP PREEMPT'
const KERNEL = [
  `${stamp(0)} Booting Linux on physical CPU 0x0000000000 [0x410fd034]`,
  `${stamp(0)} ${BANNER}`,
  `${stamp(0.4)} smp: Brought up 1 node, 4 CPUs`,
  `${stamp(1.9)} Run /sbin/init as init process`,
]
const RUNNING = ['PASS 1', 'PASS 2', `${stamp(40)} demo: loaded`, 'PAS']

function text(...parts: readonly (readonly string[])[]): string {
  return `${parts.flat().join('\r\n')}\r\n`
}

/** Starts that nobody asked for, and what they follow from. */
export const RESETS: readonly Sample[] = [
  {
    ...{ what: 'a reset out of nowhere', arch: 'any', source: 'U-Boot, common/spl/spl.c', kind: 'reset' },
    title: 'reset: U-Boot SPL 2023.01',
    text: text(RUNNING, SPL, UBOOT, HAND_OVER, KERNEL),
  },
  {
    ...{
      what: 'a watchdog',
      arch: 'arm64',
      source: 'U-Boot, arch/arm/mach-imx/cpu.c',
      kind: 'watchdog reset',
    },
    title: 'reset: U-Boot 2023.01 (WDOG)',
    text: text(
      RUNNING,
      [
        '',
        ...UBOOT.slice(0, 2),
        'CPU:   i.MX8MQ rev2.1 at 1000 MHz',
        'Reset cause: WDOG',
        'Model: Example Board',
      ],
      HAND_OVER,
    ),
  },
  {
    ...{ what: 'a power loss', arch: 'arm64', source: 'U-Boot, arch/arm/mach-imx/cpu.c', kind: 'power loss' },
    title: 'reset: U-Boot 2023.01 (POR)',
    text: text(
      [...RUNNING.slice(0, 3), `PAS\0\0\u00ff`],
      ['', ...UBOOT.slice(0, 2), 'CPU:   i.MX8MQ rev2.1 at 1000 MHz', 'Reset cause: POR'],
      HAND_OVER,
    ),
  },
  {
    ...{ what: 'a kernel that starts another', arch: 'any', source: 'kernel/kexec_core.c', kind: 'restart' },
    title: 'reset: Linux version 6.6.32',
    text: text(RUNNING, [`${stamp(41)} kexec_core: Starting new kernel`, 'Bye!'], KERNEL),
  },
  {
    ...{
      what: 'a test that switches the board off',
      arch: 'any',
      source: 'kernel/reboot.c',
      kind: 'restart',
    },
    title: 'reset: Power down',
    text: text(RUNNING, [`${stamp(41)} reboot: Power down`]),
  },
  {
    ...{ what: 'a reboot in the middle of a test', arch: 'any', source: 'kernel/reboot.c', kind: 'restart' },
    title: 'reset: U-Boot SPL 2023.01',
    text: text(RUNNING, [`${stamp(41)} reboot: Restarting system`], SPL, UBOOT, HAND_OVER, KERNEL),
  },
  {
    ...{ what: 'a reset straight into a kernel', arch: 'x86', source: 'init/version.c', kind: 'reset' },
    title: 'reset: Linux version 6.6.32',
    text: text(
      KERNEL,
      RUNNING,
      KERNEL.map(line => line.replace('0.4', '0.5').replace('1.9', '2.1')),
    ),
  },
  {
    ...{
      what: 'a reset that begins with the trusted firmware',
      arch: 'arm64',
      source: 'TF-A, bl2/bl2_main.c',
      kind: 'reset',
    },
    title: 'reset: BL2: v2.9(release):lts-v2.9.0',
    text: text(
      RUNNING,
      [
        'NOTICE:  BL2: v2.9(release):lts-v2.9.0',
        'NOTICE:  BL2: Built : 10:00:00, Jan  4 2024',
        'NOTICE:  BL31: v2.9(release):lts-v2.9.0',
      ],
      UBOOT,
      HAND_OVER,
      KERNEL,
    ),
  },
  {
    ...{
      what: 'a hung task, then a watchdog',
      arch: 'arm64',
      source: 'kernel/hung_task.c',
      kind: 'hung task',
    },
    title: 'hung task sh:312 blocked for more than 120 seconds, demo_write+0x1c, then a reset',
    text:
      stamped(484, [
        ...[
          'INFO: task sh:312 blocked for more than 120 seconds.',
          'task:sh              state:D stack:0     pid:312   ppid:1      flags:0x00000004',
        ],
        ...calls('arm64', ['__switch_to+0xf0/0x158', 'schedule+0x5c/0xc8', 'demo_write+0x1c/0x60']),
        'watchdog: watchdog0: watchdog did not stop!',
      ]) + text(SPL, UBOOT),
  },
  {
    ...{ what: 'an oops, then a reset', arch: 'x86', source: 'arch/x86/mm/fault.c', kind: 'oops' },
    title: 'oops: kernel NULL pointer dereference, address: 0000000000000008, demo_write+0x1c, then a reset',
    text:
      stamped(77, oops('x86')) +
      text(['SeaBIOS (version 1.16.2-debian-1.16.2-1)', 'Booting from ROM..'], KERNEL),
  },
  {
    ...{ what: 'an oops, its panic and the restart', arch: 'arm64', source: 'kernel/panic.c', kind: 'panic' },
    title: 'kernel panic: Oops: Fatal exception in interrupt, dwmac_rx+0x1d4',
    text:
      stamped(77, [
        ...oops('arm64', 'dwmac_rx+0x1d4/0x2a0'),
        ...[
          'Kernel panic - not syncing: Oops: Fatal exception in interrupt',
          'SMP: stopping secondary CPUs',
          'Rebooting in 5 seconds..',
        ],
      ]) + text(SPL, UBOOT, HAND_OVER, KERNEL),
  },
  {
    ...{ what: 'a panic on a kernel without stamps', arch: 'any', source: 'kernel/panic.c', kind: 'panic' },
    title: 'kernel panic: Fatal exception, demo_write+0x1c',
    text: text(
      [
        'U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)',
        ...HAND_OVER,
        'Booting Linux on physical CPU 0x0',
        BANNER,
        'Run /sbin/init as init process',
      ],
      [
        'PASS 1',
        'Kernel panic - not syncing: Fatal exception',
        ...header('arm64'),
        ...calls('arm64', ['panic+0x180/0x348', 'demo_write+0x1c/0x60']),
      ],
      ['---[ end Kernel panic - not syncing: Fatal exception ]---'],
    ),
  },
]
