import type { Sample } from './samples.ts'

const UBOOT = ['', 'U-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)', '', 'DRAM:  1 GiB']

function failing(what: string, source: string, said: string, before: readonly string[], line = said): Sample {
  return {
    ...{ what, source, arch: 'any', kind: 'boot loader' },
    title: `boot loader: ${said}`,
    text: `${[...before, line].join('\r\n')}\r\n`,
  }
}

/** Boot loaders that cannot go on; the recording begins with their start. */
export const LOADERS: readonly Sample[] = [
  failing(
    'nothing to boot',
    'U-Boot, common/spl/spl.c',
    'failed to boot from all boot devices',
    [
      ...[
        'U-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)',
        'Trying to boot from MMC1',
        'spl: mmc init failed with error: -110',
      ],
    ],
    'SPL: failed to boot from all boot devices',
  ),
  failing('a hang', 'U-Boot, common/hang.c', '### ERROR ### Please RESET the board ###', [
    ...['U-Boot SPL 2023.01 (Jan 04 2023 - 15:20:25 +0000)', 'DDR training failed'],
  ]),
  failing('a damaged image', 'U-Boot, boot/image-fit.c', 'Bad Data Hash', [
    ...UBOOT,
    '## Loading kernel from FIT Image at 40400000 ...',
  ]),
  failing('no kernel', 'U-Boot, arch/arm/lib/image.c', 'Bad Linux ARM64 Image magic!', UBOOT),
  failing(
    'an abort',
    'U-Boot, arch/arm/lib/interrupts_64.c',
    '"Synchronous Abort" handler, esr 0x96000004',
    UBOOT,
    '"Synchronous Abort" handler, esr 0x96000004, far 0x8',
  ),
  failing(
    'a missing image',
    'TF-A, bl2/bl2_main.c',
    'BL2: Failed to load image id 5 (-2)',
    [...['NOTICE:  BL1: v2.9(release):lts-v2.9.0', 'NOTICE:  BL2: v2.9(release):lts-v2.9.0']],
    'ERROR:   BL2: Failed to load image id 5 (-2)',
  ),
  failing(
    'an assertion',
    'EDK2, MdePkg/Library/BaseDebugLibSerialPort',
    'ASSERT [PeiCore] MdePkg/Library/BaseLib/String.c(163): String != ((void *) 0)',
    ['UEFI firmware (version 2022.11 built at 10:00:00 on Jan  4 2024)'],
  ),
  failing('nothing to boot', 'SeaBIOS, src/boot.c', 'No bootable device.', [
    'SeaBIOS (version 1.16.2-debian-1.16.2-1)',
    'Booting from Hard Disk...',
  ]),
  failing(
    'a missing kernel',
    'GRUB, grub-core/fs',
    "file `/vmlinuz' not found.",
    ['Welcome to GRUB!', ''],
    "error: file `/vmlinuz' not found.",
  ),
]
