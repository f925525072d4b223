/** Whose files a link means, and in which words it says that they are not there: the same on pages, of files, in the API. */

import { goneSentence } from '../cards/gone.ts'
import type { Clock } from '../clock.ts'
import { nearest } from '../commands/nearest.ts'
import { formatId, parseId } from '../ids.ts'
import type { Lab } from '../lab/lab.ts'
import type { Run } from '../lab/types.ts'
import { notFound, type Problem } from './problem.ts'
import type { HttpOptions, RunFile, RunFiles } from './types.ts'

export type FileDeps = Pick<HttpOptions, 'lab' | 'files' | 'timeZone' | 'clock'>
export type Found = { id: string; run: Run | null; files: readonly RunFile[] }

/** The files of `T12` or `L3`, however it is typed; a test that has none yet is found too. */
export async function findFiles(deps: FileDeps, typed: string): Promise<Found | Problem> {
  const leased = parseId('L', typed)
  if (leased !== null) return await findLeased(deps, formatId('L', leased))
  const number = parseId('T', typed)
  if (number === null) return await neverWas(deps, typed, null)
  const id = formatId('T', number)
  const removed = removedProblem(deps, id)
  if (removed !== null) return removed
  const [run, files] = await Promise.all([deps.lab.run(id), deps.files.list(id)])
  return run === null && files.length === 0 ? await neverWas(deps, id, number) : { id, run, files }
}

/** Files that were sent and fetched under a person's lease. */
async function findLeased(deps: FileDeps, id: string): Promise<Found | Problem> {
  const removed = removedProblem(deps, id)
  if (removed !== null) return removed
  const files = await deps.files.list(id)
  if (files.length > 0) return { id, run: null, files }
  return notFound(
    `There are no files of ${id}.`,
    `What is fetched from a leased board is kept here: lease fetch ${id} FILE`,
  )
}

/** M7.4: a link to what retention took says when and why; null for what it did not take. */
export function removedProblem(
  deps: { files: Pick<RunFiles, 'gone'>; timeZone(): string; clock: Pick<Clock, 'now'> },
  id: string,
): Problem | null {
  const gone = deps.files.gone(id)
  if (gone === null) return null
  const frame = { now: deps.clock.now(), timeZone: deps.timeZone() }
  return {
    ...notFound(goneSentence(id, gone, frame), KEPT),
    code: 'removed',
    more: { removedAt: new Date(gone.at).toISOString(), reason: gone.reason },
  }
}

/** Of a test that is not there: when and why it was removed, where it was. */
export function noTest(
  { lab, clock }: { lab: NoTestLab; clock: Pick<Clock, 'now'> },
  typed: string,
): Problem {
  const number = parseId('T', typed)
  const { timeZone } = lab.inventory().settings
  const files = { files: lab, timeZone: () => timeZone, clock }
  const removed = number === null ? null : removedProblem(files, formatId('T', number))
  return removed ?? notFound(`There is no test ${JSON.stringify(typed)}.`, 'List them: tests')
}

type NoTestLab = Pick<Lab, 'gone' | 'inventory'>

const KEPT =
  'How long files are kept is set by ARTIFACT_RETENTION_DAYS, how much of them by MAX_DISK_USAGE_GB.'

async function neverWas(deps: FileDeps, typed: string, number: number | null): Promise<Problem> {
  const newest = (await deps.lab.runs({ limit: 1 }))[0]?.id ?? null
  const latest = newest === null ? null : parseId('T', newest)
  if (number !== null && latest !== null && number <= latest)
    return notFound(`${typed}'s files are no longer here.`, KEPT)
  const known = newest === null ? 'There is none yet.' : `The newest is ${newest}.`
  const hint = `Tests have ids like T12. ${known}`
  return notFound(`There is no test ${JSON.stringify(typed)}.`, hint, newest === null ? [] : [newest])
}

const MOST_NAMES = 10

export function noSuchFile(deps: FileDeps, { id, files }: Found, name: string): Problem {
  const names = files.map(file => file.name)
  const near = nearest(name, names, 3)
  const meant =
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : `It has: ${names.slice(0, MOST_NAMES).join(', ')}.`
  const hint = `${names.length === 0 ? 'It has no files yet.' : meant} See ${deps.lab.link(id)}`
  return notFound(`${id} has no file ${JSON.stringify(name)}.`, hint, near)
}
