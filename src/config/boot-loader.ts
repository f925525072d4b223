import { z } from 'zod'

const SECOND = 1000
const CTRL_D = '\x04'

/** How a board's autoboot is stopped, and its boot loader spoken to. */
export const BootLoaderSchema = z.strictObject({
  kind: z.enum(['u-boot']),
  /** CONFIG_AUTOBOOT_KEYED boards want a string of their own; all others take any key. */
  interrupt: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x00-\xff]*$/, 'must be made of characters that a serial line has (up to U+00FF)')
    .refine(keys => !keys.includes(CTRL_D), 'must not have Ctrl-D in it: it ends a shell that hears it')
    .default(' '),
  /** Null: whatever ends in `>`. Only what ends otherwise must be named. */
  prompt: z.string().min(1).max(64).nullable().default(null),
  /** From before power-on: firmware that trains memory takes its time. */
  interruptTimeoutMs: z
    .int()
    .min(SECOND)
    .max(600 * SECOND)
    .default(60 * SECOND),
  commandTimeoutMs: z
    .int()
    .min(100)
    .max(3600 * SECOND)
    .default(30 * SECOND),
})
