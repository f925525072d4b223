import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Clock, Millis } from '../clock.ts'
import type { Dispatcher } from '../commands/dispatch.ts'
import type { ApiKey } from '../config/types.ts'
import type { Lab } from '../lab/lab.ts'
import type { Origin, Person, Role, Run } from '../lab/types.ts'
import type { Log } from '../log.ts'
import type { Inbox } from '../mail/inbox.ts'

/** A path that somebody else answers, body and all: a chat platform's webhook. */
export type HttpHandler = {
  path: string
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>
}

// ---- who calls ----------------------------------------------------------------------------------------------

/** Whoever stands behind a key, or calls without one from where that is allowed. */
export type HttpCaller = {
  person: Person
  role: Role
  /** For the audit: `http 10.0.0.5`. */
  where: string
}

export type CallerSettings = {
  keys: readonly ApiKey[]
  /** Networks that may call without a key, beside this machine; in CIDR. */
  trusted: readonly string[]
  /** What those without a key may. */
  keylessRole(): Role
  /** Whether pages and files are for callers alone. */
  pagesNeedKey(): boolean
  /** Host names and addresses that this endpoint is called by, without ports. */
  hosts: readonly string[]
}

// ---- files --------------------------------------------------------------------------------------------------

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
  /** Everything that is kept, newest first: `T12`, `L3`. */
  owners(): Promise<readonly { owner: string; bytes: number; newest: Millis }[]>
}

/** A file that came in, whole and synced, in nobody's folder yet; one that nobody takes is swept away. */
export type StagedFile = { key: string; name: string; size: number; sha256: string }

export type Uploads = {
  /** Reads the stream to its end, or to `limit` bytes. Throws InputError, and RefusedError without room; nothing is left then. */
  stage(name: string, content: Readable, limit: number): Promise<StagedFile>
  /** Path of what was staged, to be looked through. */
  path(staged: StagedFile): string
  /** Takes it away; nothing happens when it is gone. */
  drop(staged: StagedFile): Promise<void>
}

// ---- limits -------------------------------------------------------------------------------------------------

export type HttpLimits = {
  /** Of a body that is read into memory. */
  bodyBytes: number
  /** Of one uploaded file. */
  fileBytes: number
  /** At once, of all callers together. */
  uploads: number
  /** Open streams of events and followed logs at once; pages have as many of their own. */
  streams: number
  /** Requests a minute of one caller, and at once in a burst. */
  perMinute: number
  burst: number
}

// ---- the whole ----------------------------------------------------------------------------------------------

/** Where what HTTP asked for is shown to people (design 6: the home channel). */
export type HttpHome = {
  origin(request?: string): Origin
  /** A test was taken: its card is posted where people are. Never throws. */
  posted(run: Run): void
}

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
  lab: Lab
  dispatcher: Dispatcher
  inbox: Inbox
  files: RunFiles
  uploads: Uploads
  handlers: readonly HttpHandler[]
  callers: CallerSettings
  home: HttpHome
  /** Of the webhook that Jenkins calls; null: it is closed. */
  jenkinsSecret: string | null
  health(): HealthFacts
  /** In which people's dates are shown. */
  timeZone(): string
  version: string
  log: Log
  clock: Clock
  timeouts?: Partial<Timeouts>
  limits?: Partial<HttpLimits>
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
  /** Goes on with what another process left behind; to be called once the lab takes work. */
  resume(): void
  /** Takes nothing new and finishes what was begun, for `deadlineMs` at most. Never throws. */
  stop(deadlineMs: Millis): Promise<void>
}
