import { z } from 'zod'

/** Fields that more than one section has. */

export const Text = z.string().trim().min(1)

/** Board ids are typed, and are names of folders and parts of URLs. */
export const BoardId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    'an id is small letters, digits and . _ - after a first letter or digit, 64 at most',
  )

/** Typed in the place of a board's id, so it has no spaces either. */
export const FamilyName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'a family is letters, digits and . _ - after a first letter or digit, 64 at most',
  )

/** Typed behind `--console`, and the name of the folder of its log. */
export const ConsoleName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/,
    'a console is letters, digits and . _ - after a first letter or digit, 32 at most',
  )

const SECOND = 1000

/** From power-on to the prompt: a slow board with a file system check; QEMU takes seconds. */
export const BootTimeoutMs = z
  .int()
  .min(SECOND)
  .max(3600 * SECOND)
export const BOOT_TIMEOUT_MS = 120 * SECOND
