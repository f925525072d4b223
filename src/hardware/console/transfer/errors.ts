import { HardwareError } from '../../../errors.ts'
import type { Outgoing } from '../../types.ts'
import type { Session } from '../shell/session.ts'

export function refused({ talk }: Session, path: string, output: string): HardwareError {
  return new HardwareError(
    `${path} could not be written on ${talk.board}: ${output.trim() || 'no reason given'}`,
    {
      hint: `Look at the board's file system (full, read-only, no such folder), then: boards health ${talk.board}`,
      cause: 'disk',
      blame: 'board',
    },
  )
}

export function corrupted({ talk }: Session, path: string, file: Outgoing, sum: string): HardwareError {
  return new HardwareError(
    `${path} is not what was sent to ${talk.board}: its sum is ${sum || 'unknown'}, the file's SHA-256 is ${file.sha256}`,
    {
      hint: 'Each piece was right when it came: look at the memory or storage of the board, or send it again.',
      cause: 'transfer',
      blame: 'board',
    },
  )
}

export function changed({ talk }: Session, file: Outgoing, sent: number): HardwareError {
  return new HardwareError(
    `the file for ${talk.board} changed while it was sent: ${sent} bytes read, ${file.size} with SHA-256 ${file.sha256} promised`,
    { hint: 'Submit the test again with the finished file.', cause: 'transfer', blame: 'lab' },
  )
}

export function hopeless({ talk }: Session, path: string): HardwareError {
  return new HardwareError(
    `${path} could not be sent to ${talk.board} (${talk.where}): every frame comes damaged, also the smallest`,
    {
      hint: 'Characters are lost on the way to the board: look at the line and its flow control.',
      cause: 'transfer',
      blame: 'board',
    },
  )
}

export function keepsLeaving({ talk }: Session, path: string, times: number): HardwareError {
  return new HardwareError(
    `${path} could not be sent to ${talk.board} (${talk.where}): what takes it on the board stopped answering ${times} times`,
    {
      hint: `Something else reads from the board's console, or ends what we start there; then: boards health ${talk.board}`,
      cause: 'transfer',
      blame: 'board',
    },
  )
}

export function cannotSend({ talk }: Session): HardwareError {
  return new HardwareError(
    `no file can be sent to ${talk.board}: its shell has no tool that makes sums (cksum, md5sum, sha1sum, sha256sum), or no folder to write to`,
    {
      hint: 'Give the board busybox with md5sum, or a writable /tmp; run a command line with --shell instead.',
      cause: 'transfer',
      blame: 'site',
    },
  )
}
