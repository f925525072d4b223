import { Readable } from 'node:stream'
import { InputError } from '../../../errors.ts'
import type { LogRange } from '../../../hardware/types.ts'
import { JUNIT_HEAD, looksLikeJunit } from '../../../reading/cases/junit-head.ts'
import { writeJunit } from '../../../reading/cases/junit-write.ts'
import { readCases } from '../../../reading/cases/read-cases.ts'
import type { CaseReport } from '../../../reading/cases/types.ts'
import type { Artifacts } from '../../../storage/types.ts'
import { partsOf } from '../../logs/run-log.ts'
import type { CollectedFiles } from '../../types.ts'
import { CASES_FILE, consoleLog, RESULTS_FILE } from '../log-names.ts'
import { casesOf } from './feed.ts'
import { mergeReports } from './merge.ts'
import type { RunReport } from './types.ts'

type Store = Pick<Artifacts, 'read' | 'stage' | 'add' | 'list' | 'hold'>

/** Where an attempt's cases are told: in its console's file, and in files that were fetched from the board. */
export type CaseSource = {
  run: string
  attempt: number
  printed: readonly LogRange[] | null
  collected: CollectedFiles | null
}

/** The cases of an attempt from its stored files; `live`: those that were printed, where they are known already. */
export async function reportOf(
  artifacts: Store,
  told: CaseSource,
  live: CaseReport | null,
): Promise<RunReport> {
  const printed = partsOf(artifacts as Artifacts, told.run, consoleLog(told.attempt), told.printed ?? [])
  const console = live ?? (await casesOf(printed))
  const files: { name: string; report: CaseReport }[] = []
  const problems: string[] = []
  for (const { name, path } of told.collected?.files ?? []) {
    if (!(await isJunit(artifacts, told.run, name))) continue
    try {
      files.push({ name, report: await readCases(bytesOf(artifacts, told.run, name), path) })
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(`${error.message}: none of its cases is counted`)
    }
  }
  const merged = mergeReports(console, files)
  return { ...merged, problems: [...merged.problems, ...problems] }
}

async function isJunit(artifacts: Store, run: string, name: string): Promise<boolean> {
  const head: Uint8Array[] = []
  for await (const { bytes } of artifacts.read(run, name, 0, JUNIT_HEAD)) head.push(bytes)
  return looksLikeJunit(Buffer.concat(head))
}

async function* bytesOf(artifacts: Store, run: string, name: string): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of artifacts.read(run, name)) yield bytes
}

/** Both replace what is there: making them again after a kill gives the same. */
export async function writeReport(artifacts: Store, run: string, report: RunReport): Promise<void> {
  await write(artifacts, run, RESULTS_FILE, 'application/xml', writeJunit(report, run))
  await write(artifacts, run, CASES_FILE, 'application/json', jsonOf(report))
}

const MOST_BYTES = 1024 ** 3

async function write(
  artifacts: Store,
  run: string,
  name: string,
  type: string,
  pieces: AsyncGenerator<string>,
): Promise<void> {
  const content = Readable.from(bytesIn(pieces))
  await artifacts.add(run, await artifacts.stage(name, content, MOST_BYTES), type)
}

/** A hundred thousand short strings are slower than a few buffers. */
async function* bytesIn(pieces: AsyncGenerator<string>): AsyncGenerator<Buffer> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length < 64 * 1024) continue
    yield Buffer.from(text)
    text = ''
  }
  yield Buffer.from(text)
}

/** A line a case, so that it can be looked through. */
async function* jsonOf({ cases, ...rest }: RunReport): AsyncGenerator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"cases":[\n`
  for (const [index, found] of cases.entries()) yield `${index === 0 ? '' : ',\n'}${JSON.stringify(found)}`
  yield '\n]}\n'
}

/** All cases of a run that has ended; null where it has none, or its files are gone. */
export async function storedReport(artifacts: Store, run: string): Promise<RunReport | null> {
  const held = await artifacts.hold(run, CASES_FILE)
  if (held === null) return null
  try {
    // A file of somebody's under that name is from before the lab had one.
    if (held.file.type !== 'application/json') return null
    const pieces: Uint8Array[] = []
    for await (const { bytes } of artifacts.read(run, CASES_FILE)) pieces.push(bytes)
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as RunReport
  } finally {
    held.release()
  }
}
