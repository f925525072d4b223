/** What the API is made of: routes that say about themselves what the OpenAPI document tells of them. */

import type { Context } from 'koa'
import type { Clock, Millis } from '../../clock.ts'
import type { Dispatcher } from '../../commands/dispatch.ts'
import type { JsonSchema } from '../../commands/surfaces.ts'
import type { Followed, Group } from '../../commands/types.ts'
import type { IncomingFile, Lab, LogLine } from '../../lab/lab.ts'
import type { Role } from '../../lab/types.ts'
import type { Log } from '../../log.ts'
import type { Inbox } from '../../mail/inbox.ts'
import type { Route } from '../routes.ts'
import type { HttpHome } from '../types.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  description: string
  required: boolean
  schema: JsonSchema
  example?: unknown
}

/** By media type. `schema` may refer to `#/components/schemas/…` of the document. */
export type Contents = Readonly<Record<string, { schema: JsonSchema; example?: unknown }>>

/** What the OpenAPI document and the page beside it say of one method of one path. */
export type Operation = {
  /** Stable: programs made from the document call it by this. */
  id: string
  method: Method
  /** Below `/api/v1`, parameters in braces: `/tests/{id}/events`. */
  path: string
  summary: string
  /** More than the summary, where there is more to say. */
  about?: string
  group: Group
  parameters: readonly Parameter[]
  requestBody?: { required: boolean; content: Contents }
  /** Of what is no problem, by status. */
  responses: Readonly<Record<number, { description: string; content: Contents }>>
  /** Whom it is for. */
  role: Role
  /** Who holds the board may too, whatever the role. */
  orHolder?: true
  /** As typed in chat and at the terminal, where it is a command. */
  command?: string
  /** What follows the address in a line of curl: `-F family=socA`; `path` with its parameters filled in. */
  example?: { path: string; options: readonly string[] }
}

/**
 * A route that is in the document: `path` is `/api/v1` and the operation's with `:words` for its braces, `methods` is
 * its one method (a GET takes HEAD too). Several of one path stand beside each other.
 */
export type ApiRoute = Extract<Route, { access: 'api' }> & { operation: Operation }

/** A file as it came in: one that is on disk already says what it holds. */
export type ReceivedFile = IncomingFile & { staged?: { sha256: string } }

/** A body, read: JSON's members or a form's fields, and files by the name of their part. */
export type Received = {
  fields: Readonly<Record<string, unknown>>
  files: ReadonlyMap<string, ReceivedFile>
  /** Lets go of what nobody took; to be called in any case. */
  release(): Promise<void>
}

export type ApiDeps = {
  dispatcher: Dispatcher
  lab: Lab
  inbox: Inbox
  home: HttpHome
  /** Reads the body, whatever its type. Throws LabError. Called only where there is one. */
  receive(ctx: Context): Promise<Received>
  waiting: {
    /** Resolves when what `topic` names has come to its end, after `ms`, or when `signal` is aborted. Never throws. */
    until(topic: string, ms: Millis, signal: AbortSignal): Promise<void>
  }
  /** Answers with a log as it comes, to its end; `before` are the lines that come first. */
  sendFollowed(ctx: Context, followed: Followed, before: readonly LogLine[]): void | Promise<void>
  /** Routes that are no commands: they are served beside them and are in the document. */
  others: readonly ApiRoute[]
  /** Keys are set: the examples of the page send one. */
  needsKey?: boolean
  version: string
  log: Log
  clock: Clock
}
