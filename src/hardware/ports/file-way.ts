/** Throws LeaseLostError when whoever it was made for does not hold the board any more. */
export type WriteGate = () => void

/**
 * A way for files that is no console: faster, and it may lead anywhere. Whoever uses it finds out through the console
 * whether what it reads and writes is on this board. It connects when it is first used and again after `close`; one
 * call at a time, each with a deadline. What fails is a WayError; every write passes the gate.
 */
export type FileWay = {
  readonly kind: 'sftp'
  /** `sftp root@10.1.2.101:22`, for sentences. */
  readonly where: string
  isOpen(): boolean
  /** Makes a new file, where there must be none. */
  send(
    bytes: AsyncIterable<Uint8Array>,
    path: string,
    signal: AbortSignal,
    onWritten: (bytes: number) => void,
  ): Promise<void>
  open(path: string, signal: AbortSignal): Promise<FarFile>
  remove(path: string, signal: AbortSignal): Promise<void>
  /** At once. Never throws. */
  close(): void
}

/** A file that is read by such a way. */
export type FarFile = {
  /** Fewer bytes than asked for at its end. */
  read(at: number, length: number, signal: AbortSignal): Promise<Buffer>
  /** Never throws. */
  close(): void
}
