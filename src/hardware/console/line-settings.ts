import { z } from 'zod'

/** How a serial line is set, wherever its port is: what nearly every board's console has, unless said otherwise. */
export const lineFields = {
  baudRate: z.int().min(50).max(10_000_000).default(115_200),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  /** Hardware flow control; a board whose RTS is not wired says nothing with it. */
  rtscts: z.boolean().default(false),
}
