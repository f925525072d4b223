import { render } from '../../src/bot/terminal/render.ts'
import type { View } from '../../src/cards/view.ts'
import { NOON } from '../commands/lab-port.ts'

export const FRAME = { now: NOON, timeZone: 'UTC' }

/** A card as a person reads it at an 80-column terminal without colour; `frame`: when that is. */
export function draw(view: View, columns: number | null = 80, frame = FRAME): string[] {
  return [...render(view, { ...frame, columns, colour: false }).lines]
}
