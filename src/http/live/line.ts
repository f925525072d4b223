/** `POST /api/v1/line`: a line of the grammar as it is typed, for the remote command line. */

import type { Context } from 'koa'
import type { Outcome } from '../../commands/dispatch.ts'
import type { IncomingFile } from '../../lab/lab.ts'
import { receivedOf } from '../api/received.ts'
import type { ApiDeps, ApiRoute, Received } from '../api/types.ts'
import { answerProblem } from '../problem.ts'
import type { HttpCaller } from '../types.ts'
import { lineOperation } from './operations.ts'

export type LineDeps = Pick<ApiDeps, 'dispatcher' | 'lab' | 'home' | 'receive' | 'log'>

const LONGEST_LINE = 64 * 1024

/** Always 200 for a line that was heard: what became of it is in the answer, `exit` says it in a number. */
export function lineRoute(deps: LineDeps): ApiRoute {
  return {
    path: '/api/v1/line',
    methods: ['POST'],
    access: 'api',
    operation: lineOperation,
    async handle(ctx, _params, caller) {
      const body = await receivedOf(ctx, deps)
      if ('status' in body) return answerProblem(ctx, body)
      try {
        // Who left before all was here meant nothing of it any more.
        if (!ctx.res.destroyed) await answer(ctx, body, caller, deps)
      } finally {
        await body.release()
      }
    },
  }
}

async function answer(
  ctx: Context,
  { fields, files }: Received,
  { person, where }: HttpCaller,
  { dispatcher, lab, home }: LineDeps,
): Promise<void> {
  const { line, confirmed } = fields
  if (typeof line !== 'string' || line.length > LONGEST_LINE)
    return answerProblem(ctx, {
      status: 400,
      code: 'line',
      detail:
        typeof line === 'string'
          ? `The line is longer than ${LONGEST_LINE} characters.`
          : 'There is no line in the body.',
      hint: 'Send JSON {"line": "queue"}, or a form with line and its files, each named by its word in the line.',
    })
  const outcome = await dispatcher.line({
    line,
    person,
    where,
    origin: home.origin(),
    // A word only ever means what was sent along: never a file of this machine.
    file: async word => fileOf(files, word),
    confirmed: confirmed === true || confirmed === 'true',
  })
  const run = isNewRun(outcome, dispatcher) ? await lab.run(outcome.started.slice('run/'.length)) : null
  if (run !== null) home.posted(run)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = answerOf(outcome, lab.inventory().settings.timeZone)
}

/** Clients write some characters of a part's name as the HTML standard wants them (multipart/form-data, 4.10.22.7). */
function fileOf(files: Received['files'], word: string): IncomingFile | null {
  const escaped = word.replace(/[\r\n"]/g, encodeURIComponent)
  return files.get(word) ?? files.get(escaped) ?? null
}

/** Which commands made a test, and which only wait for one. */
function isNewRun(
  outcome: Outcome,
  { commands }: LineDeps['dispatcher'],
): outcome is Outcome & { kind: 'done'; started: string } {
  if (outcome.kind !== 'done' || outcome.started?.startsWith('run/') !== true) return false
  return commands.find(each => each.name === outcome.command)?.http?.status === 201
}

function answerOf(outcome: Outcome, timeZone: string): object {
  const { kind, command, view, exit } = outcome
  const nothing = { result: null, started: null, follows: null, fault: null }
  if (kind !== 'done') return { kind, command, view, exit, timeZone, ...nothing, fault: outcome.fault }
  const { result, started, follows } = outcome
  return { kind, command, view, exit, timeZone, ...nothing, result, started, follows }
}
