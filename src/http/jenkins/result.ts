/** What is posted when a test that was asked for with a callback has ended (M8.4). */

import { isOver, programName, tookMs } from '../../cards/run-words.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Run } from '../../lab/types.ts'
import { inboxKey } from '../../mail/inbox.ts'
import { apiUrl } from './answer.ts'
import { SOURCE } from './orders.ts'

const MOST_NAMES = 100
const MOST_FILES = 100
const LONGEST_TEXT = 1_000

type ResultLab = Pick<Lab, 'run' | 'failedCases' | 'link' | 'logLink'>

/** By the topic of what is owed, `callback/T12`; null where there is no record of the test any more. */
export async function callbackMessage(
  lab: ResultLab,
  topic: string,
): Promise<{ url: string; body: unknown } | null> {
  const run = await lab.run(topic.split('/')[1] ?? '')
  if (run?.callback === undefined || !isOver(run.state)) return null
  const failed = await lab.failedCases(run)
  const names = failed.slice(0, MOST_NAMES).map(found => found.name)
  return { url: run.callback.url, body: resultOf(run, names, lab) }
}

/** Times are in milliseconds. Pure. */
export function resultOf(
  run: Run,
  failedNames: readonly string[],
  lab: Pick<Lab, 'link' | 'logLink'>,
): object {
  const { id, state, family, program, attempts, result } = run
  return {
    event: 'test-ended',
    test: id,
    state,
    verdict: verdictOf(run),
    exit_status: result?.exitStatus ?? null,
    program: programName(program),
    family,
    board: attempts.at(-1)?.board ?? null,
    attempts: attempts.length,
    times: timesOf(run),
    cases: casesOf(run, failedNames),
    build: run.callback?.build ?? null,
    delivery: deliveryOf(run),
    links: {
      page: lab.link(id),
      log: lab.logLink(run),
      status: apiUrl(lab, id, 'status'),
      junit: apiUrl(lab, id, 'junit'),
      files: (result?.files ?? []).slice(0, MOST_FILES).map(({ name, size, sha256 }) => {
        return { name, size, sha256, url: lab.link(id, name) }
      }),
    },
  }
}

function verdictOf({ result }: Run): object | null {
  if (result === null || result.failure === null) return null
  const { failure, title, message, hint } = result
  return {
    class: failure.class,
    cause: failure.cause,
    title: shortened(title),
    message: shortened(message),
    hint: shortened(hint),
  }
}

function timesOf(run: Run): object {
  const endedAt = run.times[run.state] ?? run.arrivedAt
  const first = run.attempts[0]?.startedAt ?? null
  return {
    waited_ms: (first ?? endedAt) - run.arrivedAt,
    ran_ms: run.attempts.length === 0 ? null : tookMs(run),
    total_ms: endedAt - run.arrivedAt,
  }
}

function casesOf({ result }: Run, failedNames: readonly string[]): object | null {
  if (result?.cases === undefined) return null
  const { pass, fail, skip, xfail, xpass, error, total, announced } = result.cases.totals
  return {
    ...{ total, announced, passed: pass, failed: fail, errors: error, skipped: skip, xfail, xpass },
    failed_names: failedNames.map(shortened),
  }
}

/** As whoever asked has named it. */
function deliveryOf({ origin }: Run): string | null {
  const [, kind, name] =
    new RegExp(`^${inboxKey(SOURCE, '')}(step|build)/(.*)$`, 's').exec(origin.request ?? '') ?? []
  return kind === undefined ? null : (name ?? null)
}

function shortened(text: string | null): string | null {
  return text === null || text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`
}
