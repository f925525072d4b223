/** All that the product can say, each with `size` of what it can have many or much of. */

import { ASKED_CARDS } from './cards/asked.ts'
import { BOARD_CARDS } from './cards/boards.ts'
import { LAB_CARDS } from './cards/lab.ts'
import { LEASE_CARDS } from './cards/leases.ts'
import { NOTICES } from './cards/notices.ts'
import { RUN_CARDS } from './cards/runs.ts'
import type { Maker } from './cards/shown.ts'

export const CARDS: Readonly<Record<string, Maker>> = {
  ...RUN_CARDS,
  ...LEASE_CARDS,
  ...BOARD_CARDS,
  ...LAB_CARDS,
  ...ASKED_CARDS,
  ...NOTICES,
}
