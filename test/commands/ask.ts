import { type Asked, createDispatcher, type Outcome } from '../../src/commands/dispatch.ts'
import { commands } from '../../src/commands/registry.ts'
import type { Lab } from '../../src/lab/lab.ts'
import { type Log, silentLog } from '../../src/log.ts'
import { draw } from '../cards/draw.ts'
import { createFakeClock } from '../fake-clock.ts'
import { person } from './lab-port.ts'

/** One line to its outcome; who types may stand before it: `kai: queue`. Words for files open nothing. */
export async function ask(
  lab: Lab,
  typed: string,
  more: Partial<Asked> = {},
  log: Log = silentLog,
): Promise<Outcome> {
  const [, name = 'mei', line = ''] = /^(?:(\w+): )?(.*)$/s.exec(typed) ?? []
  const dispatcher = createDispatcher({ commands, lab, log, clock: createFakeClock() })
  const origin = { channel: 'terminal', place: 'terminal' }
  return await dispatcher.line({ line, person: person(name), origin, file: async () => null, ...more })
}

/** As a person reads the reply, without limit of width. */
export async function read(lab: Lab, typed: string, more: Partial<Asked> = {}): Promise<string[]> {
  return draw((await ask(lab, typed, more)).view, null)
}

export async function done(
  lab: Lab,
  typed: string,
  more: Partial<Asked> = {},
): Promise<Extract<Outcome, { kind: 'done' }>> {
  const outcome = await ask(lab, typed, more)
  if (outcome.kind === 'done') return outcome
  throw new Error(`${typed}: ${outcome.fault.message}`)
}
