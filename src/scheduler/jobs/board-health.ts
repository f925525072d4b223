import { hand } from '../hand.ts'

/** Asks whether the boards still answer (H10, H16.1). */
export const boardHealth = hand('board-health')
