import { hand } from '../hand.ts'

/** Looks at the queue again: dispatch follows events, and this catches what an event missed (design.md 4). */
export const dispatchSweep = hand('dispatch-sweep')
