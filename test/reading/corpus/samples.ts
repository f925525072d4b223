import type { FindingKind } from '../../../src/reading/types.ts'
import { ARCHS, type Arch } from './kernels.ts'

export type Sample = {
  what: string
  arch: Arch | 'any'
  /** Where the kernel or the boot loader prints it. */
  source: string
  text: string
  /** What it is: of the event that names the verdict, or of the only one where there is no verdict. */
  kind: FindingKind
  title: string
  /** The first and the last line of the story. */
  lines?: readonly [number, number]
  /** It is told and ends nothing. */
  isSurvived?: true
}

/** Where it happens in every sample that has a place. */
export const PLACE = 'demo_write+0x1c'
export const FRAMES = ['demo_write+0x1c/0x60', 'vfs_write+0xc8/0x390']

/** One sample an architecture. */
export function onEach(sample: (arch: Arch) => Omit<Sample, 'arch'>): Sample[] {
  return ARCHS.map(arch => ({ ...sample(arch), arch }))
}
