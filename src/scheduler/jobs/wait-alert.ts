import { hand } from '../hand.ts'

/** Compares the average wait with its limit (M4.5). */
export const waitAlert = hand('wait-alert')
