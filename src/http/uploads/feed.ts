import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import type { Clock, Millis, Timer } from '../../clock.ts'
import { checkDigest, digestOf } from './digest.ts'
import { cutOff, slow, tooLarge } from './errors.ts'

const SILENT_MS: Millis = 30_000
/** Less than this in that time is no slow line but somebody who holds a place: half a kilobyte a second. */
const LEAST_BYTES = 16 * 1024
/** Of a body that is refused: so much of the rest is let pass by, for who still sends does not read the answer. */
const PASSED_BYTES = 4 * 1024 * 1024
const PASSED_MS: Millis = 10_000

/**
 * Gives the whole body to `target`, no faster than it takes it. Rejects when the sender leaves, or sends less than
 * 16 KiB in 30 s with more to come, when it is over `limit`, when its digest is another (RFC 9530), and with what `target` or `reader`, who reads what
 * `target` hands on, fails with. After that nothing more is given, and the connection is as it was.
 */
export async function feed(
  request: IncomingMessage,
  target: Writable,
  limit: number,
  clock: Clock,
  reader?: Promise<unknown>,
): Promise<void> {
  // Where it ends before anybody listens, it must not bring the process down.
  target.on('error', () => {})
  try {
    checkLength(request, limit)
    const wanted = digestOf(request.headers)
    const hash = wanted === null ? null : createHash('sha256')
    await pour(request, target, limit, clock, bytes => hash?.update(bytes), reader)
    if (wanted !== null && hash !== null) checkDigest(wanted, hash.digest())
  } catch (error) {
    request.unpipe(target)
    // Tells whoever waits for what it hands on.
    target.destroy(error instanceof Error ? error : undefined)
    throw error
  }
}

async function pour(
  request: IncomingMessage,
  target: Writable,
  limit: number,
  clock: Clock,
  pass: (bytes: Buffer) => void,
  reader: Promise<unknown> | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const silence = watchSilence(clock, target, reject)
  let size = 0
  const onData = (bytes: Buffer): void => {
    silence.broken(bytes.length)
    size += bytes.length
    pass(bytes)
    if (size > limit) reject(tooLarge('The body', limit))
  }
  const onClose = (): void => {
    if (!request.readableEnded) reject(cutOff())
  }
  request.on('data', onData)
  request.on('close', onClose)
  // These stay: whatever either says after the end was said already.
  request.on('error', error => reject(cutOff(error)))
  // A reader that has had enough breaks off: it alone knows why (a disk that is full).
  target.on('error', error => void (reader ?? Promise.reject(error)).then(() => reject(error), reject))
  target.on('finish', resolve)
  reader?.catch(reject)
  if (request.destroyed) onClose()
  request.pipe(target)
  try {
    await promise
  } finally {
    silence.cancel()
    request.off('data', onData)
    request.off('close', onClose)
  }
}

/** Throws before a byte is read. */
function checkLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge('The body', limit)
}

/** While it is the disk that is slow, nobody is to blame for silence. */
function watchSilence(
  clock: Clock,
  target: Writable,
  reject: (error: Error) => void,
): { broken(bytes: number): void; cancel(): void } {
  let since = clock.mono()
  let came = 0
  let timer: Timer
  const look = (): void => {
    if (target.writableNeedDrain) since = clock.mono()
    const left = since + SILENT_MS - clock.mono()
    if (left <= 0) reject(slow(SILENT_MS / 1000))
    else timer = clock.after(left, look)
  }
  look()
  return {
    broken(bytes) {
      came += bytes
      if (came < LEAST_BYTES) return
      since = clock.mono()
      came = 0
    },
    cancel: () => timer.cancel(),
  }
}

/** Reads the rest of a body on and throws it away, to a measure: then the connection is cut. */
export function letPass(request: IncomingMessage, clock: Clock): void {
  if (request.destroyed || request.readableEnded) return
  let left = PASSED_BYTES
  const { socket } = request
  const timer = clock.after(PASSED_MS, () => request.destroy())
  const over = (): void => {
    timer.cancel()
    socket.off('close', over)
  }
  request.on('error', () => {})
  request.on('close', over)
  request.on('end', over)
  // A request that has its answer is told nothing any more when its connection goes.
  socket.on('close', over)
  request.on('data', (bytes: Buffer) => {
    left -= bytes.length
    if (left < 0) request.destroy()
  })
  request.resume()
}
