import { posix } from 'node:path'
import type { Clock } from '../clock.ts'
import { HardwareError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { atPrompt } from './at-prompt.ts'
import { fileBytes } from './file-bytes.ts'
import type { Copied, SendFileJob, WorkContext } from './types.ts'
import { quoted } from './word.ts'

/**
 * Sends a file to where somebody wants it on a board; its folder is made. The path never holds a part of it. Throws
 * HardwareError (transfer, disk, and what getting to the prompt throws). Repeating is safe, and goes on from what a
 * lost console left.
 */
export async function sendFile(
  job: SendFileJob,
  board: OpenBoard,
  ctx: WorkContext & { clock: Clock },
): Promise<Copied> {
  const { file, to } = job
  return await atPrompt(job.board, board, ctx, async () => {
    ctx.onEvent({ kind: 'stage', stage: 'copying', t: ctx.clock.now() })
    await makeRoom(board, to, ctx.signal)
    return await board.shell.send(
      {
        bytes: fileBytes(file.path),
        again: () => fileBytes(file.path),
        size: file.size,
        sha256: file.sha256,
      },
      to,
      ctx.signal,
      done => ctx.onEvent({ kind: 'progress', done, total: file.size, label: file.name }),
    )
  })
}

async function makeRoom(board: OpenBoard, to: string, signal: AbortSignal): Promise<void> {
  const folder = quoted(posix.dirname(to))
  const text = `mkdir -p ${folder}||exit 1;[ ! -d ${quoted(to)} ]||{ echo "it is a folder";exit 1;}`
  const { status, output } = await board.shell.command(text, signal)
  if (status === 0) return
  throw new HardwareError(`${to} cannot be written on ${board.id}: ${output.trim() || `status ${status}`}`, {
    hint: 'Name another path on the board; one that ends in / is taken for a folder.',
    cause: 'disk',
    blame: 'none',
  })
}
