/** What a kernel prints: boot, chatter and death, as they look on a real console. */

/** `[   12.345678] text`, as printk stamps it. */
export function stamp(seconds: number, text: string): string {
  const [whole = '0', part = '000000'] = seconds.toFixed(6).split('.')
  return `[${whole.padStart(5)}.${part}] ${text}`
}

export function loaderBanner(hostname: string): string[] {
  return [
    '',
    '',
    'U-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)',
    '',
    `Model: Simulated SoC board (${hostname})`,
    'DRAM:  1 GiB',
    'Core:  51 devices, 14 uclasses, devicetree: board',
    'In:    serial@9000000',
    'Out:   serial@9000000',
    'Err:   serial@9000000',
    'Hit any key to stop autoboot:  0 ',
    '## Loading kernel from FIT Image at 40400000 ...',
    '',
    'Starting kernel ...',
    '',
  ]
}

const BOOTARGS = 'console=ttyS0,115200n8 root=/dev/mmcblk0p2 rootwait'

/** Without stamps: they are put on as the lines come out. */
export function bootLines(kernel: string, bootargs = BOOTARGS): string[] {
  return [
    'Booting Linux on physical CPU 0x0000000000 [0x410fd034]',
    `Linux version ${kernel} (builder@lab) (gcc (Debian 12.2.0-14) 12.2.0, GNU ld 2.40) #1 SMP PREEMPT`,
    'Machine model: Simulated SoC board',
    'Memory: 988160K/1048576K available (11264K kernel code, 1792K rwdata, 3840K rodata)',
    `Kernel command line: ${bootargs}`,
    'clocksource: arch_sys_counter: mask: 0xffffffffffffff max_cycles: 0x1cd42e208c',
    'smp: Brought up 1 node, 4 CPUs',
    'Serial: 8250/16550 driver, 4 ports, IRQ sharing enabled',
    '9000000.serial: ttyS0 at MMIO 0x9000000 (irq = 14, base_baud = 1500000) is a 16550A',
    'printk: console [ttyS0] enabled',
    'mmc0: new HS200 MMC card at address 0001',
    'mmcblk0: p1 p2',
    'EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode. Quota mode: none.',
    'VFS: Mounted root (ext4 filesystem) on device 179:2.',
    'Run /sbin/init as init process',
  ]
}

/** Harmless lines that come at any time, mostly in the middle of something else. */
export const CHATTER = [
  'random: crng reseeded on system resumption',
  'eth0: link becomes ready',
  'dwmac-sun8i 5020000.ethernet eth0: Link is Up - 1Gbps/Full - flow control rx/tx',
  'usb 1-1: new high-speed USB device number 4 using ehci-platform',
  'usb 1-1: USB disconnect, device number 4',
  'mmc0: cache flush took 312 ms',
  'audit: type=1400 audit(1700000000.123:42): apparmor="STATUS" operation="profile_load"',
  'cfg80211: Loading compiled-in X.509 certificates for regulatory database',
  'thermal thermal_zone0: temperature 61000 is above passive trip',
] as const

export function panicLines(why: string, kernel: string, triggered: boolean): string[] {
  return [
    ...(triggered ? ['sysrq: Trigger a crash'] : []),
    `Kernel panic - not syncing: ${why}`,
    `CPU: 0 PID: 312 Comm: sh Not tainted ${kernel} #1`,
    'Hardware name: Simulated SoC board (DT)',
    'Call trace:',
    ' dump_backtrace.part.0+0xdc/0xf0',
    ' show_stack+0x18/0x30',
    ' dump_stack_lvl+0x64/0x80',
    ' dump_stack+0x18/0x34',
    ' panic+0x180/0x348',
    ...(triggered ? [' sysrq_handle_crash+0x18/0x20', ' __handle_sysrq+0x88/0x180'] : []),
    ' el0t_64_sync+0x18c/0x190',
    'SMP: stopping secondary CPUs',
    'Kernel Offset: disabled',
    'Memory Limit: none',
  ]
}
