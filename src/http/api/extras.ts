/** What a request may say beside the arguments of its command: that it is meant, and how long to wait for the end. */

import type { Millis } from '../../clock.ts'
import type { AnyCommand, FieldFault } from '../../commands/types.ts'
import type { Sent } from './values.ts'

export type Extras = {
  /** The caller says yes to what a person would be asked. */
  confirmed: boolean
  /** How long the answer may wait for the end of what it is about; 0: it is given at once. */
  waitMs: Millis
}

export const LONGEST_WAIT_S = 60

/** What it is about comes to an end that can be waited for. */
export function canWait(command: AnyCommand): boolean {
  return (
    command.http?.waits !== undefined || (command.started !== undefined && command.http?.method !== 'GET')
  )
}

export function isExtra(command: AnyCommand, name: string): boolean {
  if (name === 'confirm') return command.danger !== undefined
  return name === 'wait' && canWait(command)
}

/** Faults are added to `faults`. */
export function extrasOf(named: readonly { name: string; sent: Sent }[], faults: FieldFault[]): Extras {
  let confirmed = false
  let waitMs = 0
  const wrong = (name: string, message: string): void =>
    void faults.push({ field: name, label: name, message })
  for (const { name, sent } of named) {
    const value = 'text' in sent ? sent.text.at(-1) : sent.json
    if (name === 'confirm') {
      const answer = ANSWERS.get(value)
      if (answer === undefined) wrong(name, 'has to be true or false')
      else confirmed = answer
    } else {
      const seconds = secondsOf(value)
      if (seconds === null) wrong(name, `is a number of seconds, 0 to ${LONGEST_WAIT_S}`)
      else waitMs = seconds * 1_000
    }
  }
  return { confirmed, waitMs }
}

const ANSWERS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  ['1', true],
  ['', true],
  [false, false],
  ['false', false],
  ['0', false],
])

function secondsOf(value: unknown): number | null {
  const seconds = typeof value === 'string' && /^\d{1,3}s?$/.test(value) ? Number.parseInt(value, 10) : value
  return typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_WAIT_S
    ? seconds
    : null
}
