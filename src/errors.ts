/**
 * Every way the product can fail, on one page. A `LabError` says what happened with its values (`message`), what
 * to do next (`hint`), and of which class it is; retries are decided by class, never by matching text.
 */

export type FailureClass = 'test' | 'infrastructure' | 'input' | 'cancelled' | 'timeout'

/** Whose fault it is; only `board` counts against a board (requirement M3.4). */
export type Blame = 'board' | 'site' | 'lab' | 'none'

export const CAUSES = [
  'exit status',
  'test cases',
  'signal',
  'panic',
  'oops',
  'bug',
  'warning',
  'lockup',
  'reset',
  'boot',
  'out of memory',
  'no console',
  'console lost',
  'no prompt',
  'log-in',
  'power',
  'transfer',
  'disk',
  'output limit',
  'time limit',
  'cancelled',
  'lease lost',
  'restart',
  'not answering',
  'internal',
] as const
export type Cause = (typeof CAUSES)[number]

export type Failure = { class: FailureClass; cause: Cause; blame: Blame }

export type ErrorDetails = Record<string, unknown>

export type LabErrorOptions = {
  hint: string
  failure?: Failure | FailureClass
  details?: ErrorDetails
  cause?: unknown
}

export class LabError extends Error {
  override readonly name: string = 'LabError'
  readonly code: string
  /** What the reader should do next; one sentence, with the command to type where there is one. */
  readonly hint: string
  readonly failure: Failure
  /** Facts for the log; never shown to people. */
  readonly details: ErrorDetails

  constructor(code: string, message: string, options: LabErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
    const failure = options.failure ?? 'input'
    this.failure =
      typeof failure === 'string' ? { class: failure, cause: 'internal', blame: 'none' } : failure
  }
}

/** What a person gave is wrong: the word, the file, the number. `field` names the argument where there is one. */
export class InputError extends LabError {
  override readonly name: string = 'InputError'
  readonly field: string | undefined
  constructor(
    message: string,
    options: { hint: string; field?: string; code?: string; details?: ErrorDetails },
  ) {
    super(options.code ?? 'input', message, {
      hint: options.hint,
      failure: 'input',
      details: options.details ?? {},
    })
    this.field = options.field
  }
}

/** Nothing of that name: an id, a family, a board. */
export class NotFoundError extends InputError {
  override readonly name = 'NotFoundError'
  /** `removed`: there was such a thing, and retention took it (M7.4). */
  constructor(message: string, options: { hint: string; field?: string; code?: 'removed' }) {
    super(message, { ...options, code: options.code ?? 'not-found' })
  }
}

/** The asker's role does not allow it; the hint names who may. */
export class NotAllowedError extends LabError {
  override readonly name = 'NotAllowedError'
  constructor(message: string, options: { hint: string; details?: ErrorDetails }) {
    super('not-allowed', message, { ...options, failure: 'input' })
  }
}

/** The thing moved on since it was shown: an old card, a finished run. */
export class StaleError extends LabError {
  override readonly name = 'StaleError'
  constructor(message: string, options: { hint: string; details?: ErrorDetails }) {
    super('stale', message, { ...options, failure: 'input' })
  }
}

/** The lab cannot take more now: queue full, disk full, shutting down. */
export class RefusedError extends LabError {
  override readonly name = 'RefusedError'
  /** In how many milliseconds it may well be taken; null where nobody knows. */
  readonly retryMs: number | null
  constructor(
    code: 'queue-full' | 'storage-full' | 'stopping' | 'no-board-free',
    message: string,
    options: { hint: string; details?: ErrorDetails; retryMs?: number | null },
  ) {
    super(code, message, { ...options, failure: 'infrastructure' })
    this.retryMs = options.retryMs ?? null
  }
}

/** The board is somebody else's now. */
export class BoardBusyError extends LabError {
  override readonly name = 'BoardBusyError'
  constructor(message: string, options: { hint: string; details?: ErrorDetails }) {
    super('board-busy', message, { ...options, failure: 'input' })
  }
}

/** A late holder tried to touch a board under a token that is no longer the highest. */
export class LeaseLostError extends LabError {
  override readonly name = 'LeaseLostError'
  constructor(board: string, token: number, highest: number) {
    super('lease-lost', `the lease on ${board} was lost: token ${token}, the board has seen ${highest}`, {
      hint: 'The work stops; nothing more is sent to the board.',
      failure: { class: 'infrastructure', cause: 'lease lost', blame: 'lab' },
      details: { board, token, highest },
    })
  }
}

/** A machine of the lab did not do what it should: console, transfer, board. */
export class HardwareError extends LabError {
  override readonly name: string = 'HardwareError'
  constructor(
    message: string,
    options: { hint: string; cause: Cause; blame: Blame; details?: ErrorDetails; from?: unknown },
  ) {
    super(`hardware-${options.cause.replaceAll(' ', '-')}`, message, {
      hint: options.hint,
      failure: { class: 'infrastructure', cause: options.cause, blame: options.blame },
      details: options.details ?? {},
      cause: options.from,
    })
  }
}

/** The switch was sent and the read-back does not agree, or nothing answered: manual intervention. */
export class PowerUnconfirmedError extends HardwareError {
  override readonly name = 'PowerUnconfirmedError'
  constructor(message: string, options: { hint: string; details?: ErrorDetails; from?: unknown }) {
    super(message, { ...options, cause: 'power', blame: 'site' })
  }
}

/** Configuration that cannot be used; `problems` lists everything wrong at once. */
export class ConfigError extends LabError {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[], hint: string) {
    super('config', problems.join('\n'), { hint, failure: 'input', details: { problems } })
    this.problems = problems
  }
}

/** The data directory cannot be used: held by another process, damaged, read-only, no room. */
export class StorageError extends LabError {
  override readonly name = 'StorageError'
  constructor(
    code: string,
    message: string,
    options: { hint: string; details?: ErrorDetails; cause?: unknown },
  ) {
    super(`storage-${code}`, message, {
      ...options,
      failure: { class: 'infrastructure', cause: 'disk', blame: 'lab' },
    })
  }
}

export function assertNever(value: never): never {
  throw new LabError('internal', `unexpected value ${JSON.stringify(value)}`, {
    hint: 'This is a fault of the product; please report it.',
    failure: { class: 'infrastructure', cause: 'internal', blame: 'lab' },
  })
}

/** The text of anything thrown, for a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The failure that an unknown throw stands for: a `LabError`'s own, else the lab's fault. */
export function failureOf(error: unknown): Failure {
  return error instanceof LabError
    ? error.failure
    : { class: 'infrastructure', cause: 'internal', blame: 'lab' }
}
