import { PassThrough } from 'node:stream'
import {
  createTerminalFace,
  type TerminalFace,
  type TerminalFaceOptions,
} from '../../../src/bot/terminal/face.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { silentLog } from '../../../src/log.ts'
import type { OutboxItem } from '../../../src/mail/types.ts'
import type { LabPort } from '../../commands/lab-port.ts'
import { person } from '../../commands/lab-port.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'

export type Stage = {
  face: TerminalFace
  input: PassThrough
  clock: FakeClock
  /** All that was printed, without the sequences that move the cursor. */
  shown(): string
  sees(text: string): Promise<unknown>
  type(text: string): void
  errors(): string
}

/** A terminal with a person, or a pipe, at a lab by hand. */
export function stage(lab: LabPort, more: Partial<TerminalFaceOptions> = {}): Stage {
  const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const text = collect(output)
  const complaints = collect(errors)
  const clock = createFakeClock()
  const face = createTerminalFace({
    input,
    output,
    errors,
    isTTY: false,
    columns: () => 80,
    colour: false,
    dispatcher: createDispatcher({ commands, lab, log: silentLog, clock }),
    lab,
    clock,
    log: silentLog,
    as: person('me'),
    folder: '/',
    json: false,
    stays: false,
    ...more,
  })
  const shown = (): string => text().replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
  return {
    face,
    input,
    clock,
    shown,
    sees: wanted => until(() => shown().includes(wanted), `"${wanted}" on the screen: ${shown()}`),
    type: typed => void input.write(typed),
    errors: complaints,
  }
}

export function item(topic: string, more: Partial<OutboxItem> = {}): OutboxItem {
  return {
    key: topic,
    channel: 'terminal',
    topic,
    kind: 'run-ended',
    to: 'me',
    createdAt: 0,
    attempts: 0,
    nextAt: 0,
    ...more,
  }
}

function collect(stream: PassThrough): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}
