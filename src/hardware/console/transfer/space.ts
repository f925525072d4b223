import { posix } from 'node:path'
import { HardwareError, LabError } from '../../../errors.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { Session } from '../shell/session.ts'

/** The working folder and what a program writes beside itself. */
const MARGIN_BYTES = 64 * 1024
const CHECK_MS = 10_000

/**
 * A file that does not fit now is the board's failure: another one may have room (HardwareError, disk). One that is
 * larger than the whole file system fits no such board, ever: that is the input's (LabError, class input, cause
 * disk). A board without `df` is taken at its word.
 */
export async function checkSpace(
  session: Session,
  path: string,
  size: number,
  signal: AbortSignal,
): Promise<void> {
  if (session.survey?.df !== true) return
  const folder = posix.dirname(path)
  const { status, output } = await exchangeText(session, '_b', `df -Pk ${wordOf(folder)}`, CHECK_MS, signal)
  const space = status === 0 ? spaceIn(output) : null
  if (space === null || space.free >= size + MARGIN_BYTES) return
  throw tooLarge(session, folder, size, space)
}

/** Bytes; `total` is the whole file system. */
export type Space = { total: number; free: number }

/** POSIX `df -P`: file system, 1024-blocks, used, available, capacity, mount point. */
export function spaceIn(output: string): Space | null {
  const line = output.trim().split('\n').at(-1) ?? ''
  const match = /\s(\d+)\s+-?\d+\s+(-?\d+)\s+\d+%\s/.exec(line)
  return match === null ? null : { total: Number(match[1]) * 1024, free: Number(match[2]) * 1024 }
}

function tooLarge({ talk }: Session, folder: string, size: number, { total, free }: Space): LabError {
  const needed = size + MARGIN_BYTES
  const message = `binary too large for the board: ${size} bytes, and ${folder} on ${talk.board} has ${free} bytes free`
  const details = { size, free, total, needed }
  if (needed <= total)
    return new HardwareError(message, {
      hint: `Free space on ${talk.board}, or make the binary smaller (strip it); at least ${needed} bytes are needed.`,
      cause: 'disk',
      blame: 'board',
      details,
    })
  return new LabError('too-large', message, {
    hint: `Make the binary smaller (strip it): at least ${needed} bytes are needed, and the whole file system has ${total}.`,
    failure: { class: 'input', cause: 'disk', blame: 'none' },
    details,
  })
}
