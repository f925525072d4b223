import type { Clock } from '../clock.ts'
import { LabError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { atPrompt } from './at-prompt.ts'
import { fetchAll } from './fetching.ts'
import type { Collected, FetchFilesJob, WorkContext } from './types.ts'

/**
 * Fetches files that somebody named from a board; what could not be had is in the result, with the reason. Throws
 * what getting to the prompt throws, and why it was ended. Repeating is safe.
 */
export async function fetchFiles(
  job: FetchFilesJob,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
): Promise<Collected> {
  const { onFile: give, onEvent } = ctx
  if (give === undefined) throw nobodyTakes()
  return await atPrompt(job.board, board, ctx, async () => {
    onEvent({ kind: 'stage', stage: 'collecting', t: ctx.clock.now() })
    const { folder, wanted } = job
    const collected = await fetchAll({ shell: board.shell, folder, wanted, give, onEvent }, ctx.signal)
    ctx.signal.throwIfAborted()
    return collected
  })
}

function nobodyTakes(): LabError {
  return new LabError('internal', 'files were to be fetched, and nobody takes them', {
    hint: 'This is a fault of the product: please report it.',
    failure: { class: 'infrastructure', cause: 'internal', blame: 'lab' },
  })
}
