/** What every console driver says when it cannot open its line, and when it has lost it. */
import { type Blame, type Cause, type ErrorDetails, HardwareError, messageOf } from '../../errors.ts'

/** What the errors of one console have in common. */
export type Line = {
  /** As the port has it: `telnet 10.1.2.101:23`. */
  where: string
  /** What to look at when it cannot be opened. */
  hint: string
  /** Facts for the log; never a secret. */
  details: ErrorDetails
}

export type NoConsole = {
  /** The phase of opening it that failed: `resolve`, `connect`, `log-in`. */
  step: string
  reason: string
  hint?: string
  cause?: Cause
  blame?: Blame
  from?: unknown
}

// A console is reached as a part of its board and counts against it (requirements E, "console connect").
export function noConsole(line: Line, trouble: NoConsole): HardwareError {
  const { step, reason, hint = line.hint, cause = 'no console', blame = 'board', from } = trouble
  return new HardwareError(`no console at ${line.where}: ${reason} (step: ${step})`, {
    hint,
    cause,
    blame,
    details: { ...line.details, step, reason: `${reason} (step: ${step})` },
    from,
  })
}

export function consoleLost(line: Line, reason: string, from?: unknown): HardwareError {
  return new HardwareError(`console lost at ${line.where}: ${reason} (step: write)`, {
    hint: 'The connection is tried again by itself; what was being sent has to be sent again.',
    cause: 'console lost',
    blame: 'board',
    details: { ...line.details, step: 'write' },
    from,
  })
}

/** Nothing was sent, and nothing is wrong with the board. */
export function noBreak(
  line: Line,
  { none, instead }: { none: string; instead: string },
  from?: unknown,
): HardwareError {
  return new HardwareError(`no break at ${line.where}: ${none}`, {
    hint: instead,
    cause: 'no console',
    blame: 'lab',
    details: { ...line.details, step: 'break' },
    from,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the other side',
  EHOSTUNREACH: 'no route to the host',
  EIO: 'the device is gone',
  EISDIR: 'it is a folder',
  ENETUNREACH: 'no route to the network',
  ENOENT: 'no such file',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'the name server does not answer',
  EPIPE: 'closed by the other side',
  ETIMEDOUT: 'the other side stopped answering',
}

/** In words where the system gave a code, else as it was said. */
export function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return REASONS[code] ?? (messageOf(error) || code)
}
