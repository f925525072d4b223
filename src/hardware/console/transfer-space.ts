import { posix } from 'node:path'
import { HardwareError } from '../../errors.ts'
import { quotePath } from './frame-quote.ts'
import { exchangeText } from './shell-command.ts'
import type { Session } from './shell-session.ts'

/** The working folder and what a program writes beside itself. */
const MARGIN_BYTES = 64 * 1024
const CHECK_MS = 10_000

/** Throws HardwareError (disk) when the file does not fit; a board without `df` is taken at its word. */
export async function checkSpace(
  session: Session,
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<void> {
  if (session.survey?.df !== true) return
  const folder = posix.dirname(path)
  const { status, output } = await exchangeText(
    session,
    '_b',
    `df -Pk ${quotePath(folder)}`,
    CHECK_MS,
    signal,
  )
  const free = status === 0 ? freeBytes(output) : null
  if (free === null || free >= size + MARGIN_BYTES) return
  throw tooLarge(session, folder, size, free)
}

/** POSIX `df -P`: file system, 1024-blocks, used, available, capacity, mount point. */
export function freeBytes(output: string): number | null {
  const line = output.trim().split('\n').at(-1) ?? ''
  const match = /\s(\d+)\s+-?\d+\s+(-?\d+)\s+\d+%\s/.exec(line)
  return match === null ? null : Number(match[2]) * 1024
}

function tooLarge({ talk }: Session, folder: string, size: number, free: number): HardwareError {
  return new HardwareError(
    `binary too large for the board: ${size} bytes, and ${folder} on ${talk.board} has ${free} bytes free`,
    {
      hint: `Make the binary smaller (strip it), or free space on ${talk.board}; at least ${size + MARGIN_BYTES} bytes are needed.`,
      cause: 'disk',
      blame: 'none',
      details: { size, free, needed: size + MARGIN_BYTES },
    },
  )
}
