import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Millis } from '../clock.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'

/** A path that somebody else answers, body and all: a chat platform's webhook. */
export type HttpHandler = {
  path: string
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>
}

/** `sha256` is empty while the file still grows. */
export type RunFile = { name: string; size: number; sha256: string; type: string; storedAt: Millis }

/** The first `size` bytes of `path` may be read, and stay, until `release`. */
export type HeldFile = RunFile & { path: string; release(): void }

/** Files of a run, as this room needs them. Names come from `list`, so none that a request made up reaches the disk. */
export type RunFiles = {
  list(run: string): Promise<readonly RunFile[]>
  hold(run: string, name: string): Promise<HeldFile | null>
  /** When and why retention removed them; null when it did not. */
  gone(run: string): { at: Millis; reason: string } | null
}

export type HttpLab = Pick<Lab, 'run' | 'runs' | 'link'>

/** Known without asking a disk or a board: it is asked for every few seconds. */
export type HealthFacts = {
  version: string
  uptimeMs: Millis
  stopping: boolean
  storage: { full: boolean }
  queue: { waiting: number; running: number; limit: number }
  boards: { usable: number; total: number }
  /** Left out where there is no chat platform. */
  chat?: {
    platform: string
    up: boolean
    since: Millis
    problem?: string
    /** Requests to its webhook that it did not sign, since the start. */
    refused?: number
  }
}

export type HttpOptions = {
  host: string
  /** 0: a free one. */
  port: number
  lab: HttpLab
  files: RunFiles
  handlers: readonly HttpHandler[]
  health(): HealthFacts
  /** In which people's dates are shown. */
  timeZone(): string
  log: Log
  clock: Clock
  timeouts?: Partial<Timeouts>
}

export type Timeouts = {
  /** For the head of a request, from the connection or the last answer on. */
  headersMs: Millis
  /** Without a byte either way; ends a reader that stopped reading. */
  idleMs: Millis
}

export type Http = {
  /** Throws LabError when the port cannot be had. */
  start(): Promise<{ port: number }>
  /** Takes nothing new and finishes what was begun, for `deadlineMs` at most. Never throws. */
  stop(deadlineMs: Millis): Promise<void>
}
