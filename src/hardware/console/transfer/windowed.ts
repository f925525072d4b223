import type { HardwareError } from '../../../errors.ts'
import type { SendReport } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import { begin, type Job, open, type Run } from './begin.ts'
import { partOf } from './clear.ts'
import { corrupted, hopeless, keepsLeaving, refused } from './errors.ts'
import { createPace } from './pace.ts'
import { type Pumped, pump } from './pump.ts'
import { closeStream, endStream } from './stream.ts'
import { sha256Text } from './sums.ts'

/** How it went, of what a report says. */
export type Sent = Pick<SendReport, 'way' | 'packed' | 'resumed'> & { verified: string }

const MOST_LEFT = 5
const CHECK_MS = 60_000

/** Several frames under way, only the damaged ones sent again; raw where the line is clean, packed where that pays. */
export async function sendWindowed(
  job: Job,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<Sent> {
  const run = await begin(job, signal)
  const tell = progressOf(run, onProgress)
  tell()
  const sent = await sendAll(run, tell, signal)
  onProgress(job.file.size)
  return { ...sent, packed: run.order.packed, resumed: run.parts.skipped() }
}

function progressOf({ job, parts, window }: Run, onProgress: (sent: number) => void): () => void {
  let told = 0
  return () => {
    const sent = Math.min(job.file.size - 1, window.firstMissing() ?? parts.taken())
    if (sent > told) onProgress(sent)
    told = Math.max(told, sent)
  }
}

async function sendAll(
  run: Run,
  tell: () => void,
  signal: AbortSignal,
): Promise<Pick<Sent, 'way' | 'verified'>> {
  let left = 0
  for (;;) {
    const missing = run.window.firstMissing()
    const pumped = await pumpOnce(run, tell, signal)
    if (pumped.kind === 'finished') return { way: run.order.mode, verified: pumped.verified }
    await closeStream(run.opened.stream, signal)
    if (pumped.kind !== 'left' && pumped.kind !== 'unclean') throw failed(run, pumped)
    const verified = pumped.kind === 'left' && pumped.asked ? await checkedBy(run, signal) : null
    if (verified !== null) return { way: run.order.mode, verified }
    run.window.allLost()
    left = run.window.firstMissing() === missing ? left + 1 : 0
    if (left >= MOST_LEFT) throw keepsLeaving(run.job.session, run.job.path, left)
    if (pumped.kind === 'unclean') beGentle(run)
    Object.assign(run, await open(run.job, run.order, signal))
  }
}

function beGentle(run: Run): void {
  run.job.tools.clean = false
  run.order = { ...run.order, mode: 'base64' }
}

async function pumpOnce(run: Run, onProgress: () => void, signal: AbortSignal): Promise<Pumped> {
  const { job, parts, window } = run
  const { stream } = run.opened
  const pace = createPace(run.order.mode, job.tools.msPerByte)
  try {
    return await pump({ stream, file: job.file, parts, window, pace, onProgress }, signal)
  } catch (error) {
    await endStream(stream, error)
    throw error
  } finally {
    job.tools.msPerByte = pace.msPerByte()
  }
}

function failed({ job, parts, order }: Run, { kind }: Pumped): HardwareError {
  const { session, path, file } = job
  if (kind === 'not written') return refused(session, partOf(path), '')
  if (kind === 'hopeless') return hopeless(session, path)
  return corrupted(session, path, file, order.packed ? '' : parts.reading.sums().tool)
}

/** The end was not heard: it may have been the good one. Returns by what the file was checked. */
async function checkedBy({ job, parts }: Run, signal: AbortSignal): Promise<string | null> {
  const { session, path, file, tool } = job
  const text = [
    `_f=${wordOf(path)};[ -e "$_f" ]&&[ ! -e "$_f.part" ]||exit 1`,
    sha256Text('"$_f"'),
    '[ "$_o" ]||_o=$($_k <"$_f");echo "${_o%% *}"',
  ].join('\n')
  const { status, output } = await exchangeText(session, '_b', text, CHECK_MS, signal)
  if (status !== 0) return null
  if (output.trim() === file.sha256) return 'sha256'
  return output.trim() === parts.reading.sums().tool ? tool : null
}
