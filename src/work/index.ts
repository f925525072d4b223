import type { Clock } from '../clock.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { fetchFiles } from './fetch-files.ts'
import { performPower } from './power.ts'
import { probeBoard } from './probe-board.ts'
import { resetBoard } from './reset.ts'
import { runTest } from './run-test.ts'
import { sendFile } from './send-file.ts'
import type { Job, JobKind, WorkContext, WorkResult } from './types.ts'

type Performer<J extends Job> = (
  job: J,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
) => Promise<WorkResult<J>>

/** Every kind of work a site can carry out, one file each. */
const performers: { [K in JobKind]: Performer<Extract<Job, { kind: K }>> } = {
  'fetch-files': fetchFiles,
  power: performPower,
  'probe-board': probeBoard,
  reset: resetBoard,
  'run-test': runTest,
  'send-file': sendFile,
}

/** Carries out a job on an open board. Throws LabErrors, most of class infrastructure; see each kind of work. */
export function perform<J extends Job>(
  job: J,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
): Promise<WorkResult<J>> {
  const performer = performers[job.kind] as unknown as Performer<J>
  return performer(job, board, ctx)
}
