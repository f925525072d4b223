/**
 * Traces as the kernels of four architectures print them, put together from the formats of their sources; names,
 * addresses and values are invented.
 */
export const ARCHS = ['arm64', 'arm', 'x86', 'riscv'] as const
export type Arch = (typeof ARCHS)[number]

/** `[   12.345678] text` for each line, a millisecond apart (kernel/printk/printk.c, `info_print_prefix`). */
export function stamped(from: number, lines: readonly string[]): string {
  return lines.map((line, index) => `${stamp(from + index / 1000)} ${line}\n`).join('')
}

export function stamp(seconds: number): string {
  const [whole = '0', part = '000000'] = seconds.toFixed(6).split('.')
  return `[${whole.padStart(5)}.${part}]`
}

/** lib/dump_stack.c, `dump_stack_print_info`. */
export function header(arch: Arch): string[] {
  const machine = {
    arm64: 'Hardware name: Example Board (DT)',
    arm: 'Hardware name: Generic DT based system',
    x86: 'Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2 04/01/2014',
    riscv: 'Hardware name: riscv-virtio,qemu (DT)',
  }
  return [`CPU: 1 PID: 312 Comm: sh Tainted: G           O       6.6.32 #1`, machine[arch]]
}

/** Registers, with the processor at `place` (arch/arm64/kernel/process.c, arm/…, x86/kernel/process_64.c, riscv/…). */
export function registers(arch: Arch, place: string): string[] {
  switch (arch) {
    case 'arm64':
      return [
        'pstate: 60000005 (nZCv daif -PAN -UAO -TCO -DIT -SSBS BTYPE=--)',
        `pc : ${place} [demo]`,
        'lr : vfs_write+0xc8/0x390',
        'sp : ffff80000a4bbd20',
        'x29: ffff80000a4bbd20 x28: ffff0000030a5c00 x27: 0000000000000000',
      ]
    case 'arm':
      return [
        `PC is at ${place} [demo]`,
        'LR is at vfs_write+0x8c/0x318',
        'pc : [<bf00001c>]    lr : [<c02d5e0c>]    psr: 60000013',
        'sp : e0a65f08  ip : 00000000  fp : 00000000',
        'r10: 00000004  r9 : c2f4c000  r8 : c01002c4',
        'Flags: nZCv  IRQs on  FIQs on  Mode SVC_32  ISA ARM  Segment none',
        'Control: 10c5387d  Table: 42f5c06a  DAC: 00000051',
        'Process sh (pid: 312, stack limit = 0x5f5e1e29)',
        'Stack: (0xe0a65f08 to 0xe0a66000)',
        '5f00:                   c2f4c000 00000002 0045d7d0 e0a65f78 00000000 c02d5e0c',
      ]
    case 'x86':
      return [
        `RIP: 0010:${place} [demo]`,
        'Code: 48 89 e5 c7 04 25 00 00 00 00 01 00 00 00 <c7> 04 25 00 00',
        'RSP: 0018:ffffc90000a3fe10 EFLAGS: 00010246',
        'RAX: 0000000000000002 RBX: ffff888003a1c900 RCX: 0000000000000000',
        'FS:  00007f2f6ae5a740(0000) GS:ffff88807dc80000(0000) knlGS:0000000000000000',
        'CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033',
        'CR2: 0000000000000008 CR3: 0000000003b46000 CR4: 00000000000006e0',
      ]
    case 'riscv':
      return [
        `epc : ${place} [demo]`,
        ' ra : vfs_write+0xb6/0x3a0',
        'epc : ffffffff0161a01e ra : ffffffff801c6e04 sp : ff20000000a8bd30',
        ' gp : ffffffff815c0330 tp : ff600000820ea280 t0 : ff20000010a97e88',
        'status: 0000000200000120 badaddr: 0000000000000008 cause: 000000000000000f',
      ]
  }
}

/** Frames of a call trace, innermost first, each `function+0x…/0x…`. */
export function calls(arch: Arch, frames: readonly string[]): string[] {
  switch (arch) {
    case 'arm64':
      return ['Call trace:', ...frames.map(frame => ` ${frame}`), ' el0t_64_sync+0x18c/0x190']
    case 'arm':
      return frames
        .slice(1)
        .map((frame, index) => ` ${(frames[index] ?? '').replace(/\+.*/, '')} from ${frame}`)
    case 'x86':
      return [
        'Call Trace:',
        ' <TASK>',
        ' ? asm_exc_page_fault+0x22/0x30',
        ...frames.map(frame => ` ${frame}`),
        ' entry_SYSCALL_64_after_hwframe+0x46/0xb0',
        'RIP: 0033:0x7f2f6af5a887',
        ' </TASK>',
      ]
    case 'riscv':
      return ['Call Trace:', ...frames.map((frame, index) => `[<ffffffff8000${index}f9a>] ${frame}`)]
  }
}

const DUMPS: Record<Arch, readonly string[]> = {
  arm64: [
    'dump_backtrace+0x98/0x118',
    'show_stack+0x20/0x38',
    'dump_stack_lvl+0x48/0x60',
    'dump_stack+0x18/0x28',
  ],
  arm: ['unwind_backtrace+0x0/0x2c', 'show_stack+0x10/0x14', 'dump_stack_lvl+0x40/0x4c'],
  x86: ['dump_stack_lvl+0x33/0x46'],
  riscv: ['dump_backtrace+0x1c/0x24', 'show_stack+0x2c/0x38', 'dump_stack_lvl+0x3c/0x54'],
}

/** What `dump_stack()` prints from inside `frames`. */
export function dumped(arch: Arch, frames: readonly string[]): string[] {
  return [...header(arch), ...calls(arch, [...DUMPS[arch], ...frames])]
}

/** The first lines of a bad access: arch/arm64/mm/fault.c, arm/mm/fault.c, x86/mm/fault.c, riscv/mm/fault.c. */
export function badAccess(arch: Arch): string[] {
  switch (arch) {
    case 'arm64':
      return [
        'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
        'Mem abort info:',
        '  ESR = 0x0000000096000044',
        '  EC = 0x25: DABT (current EL), IL = 32 bits',
        'user pgtable: 4k pages, 48-bit VAs, pgdp=0000000041f52000',
        '[0000000000000008] pgd=0000000000000000, p4d=0000000000000000',
        'Internal error: Oops: 0000000096000044 [#1] PREEMPT SMP',
      ]
    case 'arm':
      return [
        '8<--- cut here ---',
        'Unable to handle kernel NULL pointer dereference at virtual address 00000008 when write',
        '[00000008] *pgd=00000000',
        'Internal error: Oops: 805 [#1] SMP ARM',
      ]
    case 'x86':
      return [
        'BUG: kernel NULL pointer dereference, address: 0000000000000008',
        '#PF: supervisor write access in kernel mode',
        '#PF: error_code(0x0002) - not-present page',
        'PGD 0 P4D 0 ',
        'Oops: 0002 [#1] PREEMPT SMP PTI',
      ]
    case 'riscv':
      return [
        'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
        'Oops [#1]',
      ]
  }
}

/** An oops from its first line to its last. */
export function oops(arch: Arch, place = 'demo_write+0x1c/0x60'): string[] {
  const frames = [place, 'vfs_write+0xc8/0x390', 'ksys_write+0x74/0x110']
  return [
    ...badAccess(arch),
    'Modules linked in: demo(O)',
    ...header(arch),
    ...registers(arch, place),
    ...calls(arch, frames),
    'Code: d503201f aa0003e1 d2800100 52800020 (b9000001)',
    '---[ end trace 0000000000000000 ]---',
  ]
}

export function panicEnd(message: string): string[] {
  return [
    'SMP: stopping secondary CPUs',
    'Kernel Offset: disabled',
    'Memory Limit: none',
    `---[ end Kernel panic - not syncing: ${message} ]---`,
  ]
}
