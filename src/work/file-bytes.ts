import { createReadStream } from 'node:fs'

/**
 * A file's bytes, opened when the first is read and closed with the last, or with whoever stops before. A stream opens
 * at once: until somebody reads it, it holds the file open, and where the file is gone its error is nobody's, which
 * ends the process.
 */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path)
}
