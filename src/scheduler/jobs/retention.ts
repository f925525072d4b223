import { hand } from '../hand.ts'

/** Removes what is too old or too much (M6.5, M7.2). */
export const retention = hand('retention')
