import { z } from 'zod'
import type { Clock, Millis } from '../../clock.ts'
import { HardwareError } from '../../errors.ts'
import type { PowerControl, PowerState } from '../types.ts'
import { inTurn, unlessAborted } from './queue.ts'

/** Options that every driver has for reaching its PDU. */
export const Address = z
  .string()
  .regex(/^[A-Za-z0-9._:%-]+$/, 'is a host name or an IP address, with no scheme, port or path')
export const Port = z.int().min(1).max(65_535)
/** Twice this is the longest that power control takes to be known to fail: 10 s. */
export const TimeoutMs = z.int().min(50).max(60_000).default(5000)

/** What a power driver brings: its two questions on the wire. Turns, deadlines and closing are the outlet's. */
export type PowerDialogue = {
  /** Sends the switch and settles when the PDU accepted it. */
  send(to: 'on' | 'off', signal: AbortSignal): Promise<void>
  read(signal: AbortSignal): Promise<PowerState>
}

export type OutletOptions = {
  /** `pdu-a.lab.local outlet 2` */
  where: string
  /** `snmp 10.1.2.7:161`: the same for all outlets of one PDU, which are asked one after the other. */
  line: string
  /** For the turn to come, and again for the answer: nothing takes longer than twice this. */
  timeoutMs: Millis
  /** How often the driver sends a question within its deadline, for the sentence. */
  tries?: number
  clock: Clock
}

/** A `PowerControl` from a dialogue: serial by PDU, with deadlines, abortable and closable at any time. */
export function createOutlet(options: OutletOptions, dialogue: PowerDialogue): PowerControl {
  const asking = new Set<AbortController>()
  let closed = false

  async function ask<T>(signal: AbortSignal, question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (closed) throw isClosed(options.where)
    const stop = new AbortController()
    const onAbort = (): void => stop.abort(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    asking.add(stop)
    let timer = options.clock.after(options.timeoutMs, () => stop.abort(isBusy(options)))
    try {
      return await inTurn(options.line, stop.signal, () => {
        timer.cancel()
        timer = options.clock.after(options.timeoutMs, () => stop.abort(noAnswer(options)))
        return unlessAborted(stop.signal, question(stop.signal))
      })
    } finally {
      timer.cancel()
      asking.delete(stop)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    where: options.where,
    switch: (to, signal) => ask(signal, inner => dialogue.send(to, inner)),
    state: signal => ask(signal, inner => dialogue.read(inner)),
    close: () => {
      closed = true
      for (const stop of asking) stop.abort(isClosed(options.where))
      return Promise.resolve()
    },
  }
}

type Question = Pick<OutletOptions, 'where' | 'timeoutMs' | 'tries'>

export function noAnswer({ where, timeoutMs, tries }: Question): HardwareError {
  return powerError(`no answer from ${where} within ${timeoutMs / 1000} s${often(tries)}`, {
    hint: `Check that the PDU is on the network and that its address, port and credentials in boards.yaml are right. ${BY_HAND}`,
    details: { where, timeoutMs, tries },
  })
}

/** The network said no before the deadline; `code` is the system's: ECONNREFUSED, ENOTFOUND. */
export function unreachable(where: string, address: string, code: string, tries?: number): HardwareError {
  return powerError(`${where} cannot be reached at ${address}: ${code}${often(tries)}`, {
    hint: `Check that the PDU is on the network and its address and port in boards.yaml. ${BY_HAND}`,
    details: { where, address, code, tries },
  })
}

function often(tries: number | undefined): string {
  if (tries === undefined) return ''
  return tries === 1 ? ' (1 try)' : ` (${tries} tries)`
}

function isBusy({ where, timeoutMs }: Question): HardwareError {
  return powerError(
    `${where} was not asked within ${timeoutMs / 1000} s: its PDU is busy with other outlets`,
    {
      hint: `Try again. If it stays like this the PDU answers too slowly or not at all. ${BY_HAND}`,
      details: { where, timeoutMs },
    },
  )
}

function isClosed(where: string): HardwareError {
  return powerError(`${where} was closed while it was asked`, {
    hint: 'The board was removed, or its configuration was loaded again. Ask again.',
    details: { where },
  })
}

const BY_HAND = 'Until then the outlet is switched by hand.'

/**
 * Power control that fails is the site's fault, never the board's. The errors of the libraries underneath are not
 * kept as `from`: net-snmp's carry communities and keys, and fetch's carry what was sent.
 */
export function powerError(
  message: string,
  options: { hint: string; details?: Record<string, unknown> },
): HardwareError {
  return new HardwareError(message, { ...options, cause: 'power', blame: 'site' })
}

/** `10.1.2.7:161`, `[fe80::1]:161` */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
