import { render } from '../../src/bot/terminal/render.ts'
import type { View } from '../../src/cards/view.ts'
import { NOON } from '../commands/lab-port.ts'

export const FRAME = { now: NOON, timeZone: 'UTC' }

/** A card as a person reads it at an 80-column terminal without colour. */
export function draw(view: View, columns: number | null = 80): string[] {
  return [...render(view, { ...FRAME, columns, colour: false }).lines]
}
