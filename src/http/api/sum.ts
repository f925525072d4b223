import { createHash } from 'node:crypto'
import type { ReceivedFile } from './types.ts'

/** SHA-256 of what a file holds, known already where it is on disk. */
export async function sumOf(file: ReceivedFile): Promise<string> {
  if (file.staged !== undefined) return file.staged.sha256
  const hash = createHash('sha256')
  for await (const part of file.open()) hash.update(part as Buffer)
  return hash.digest('hex')
}
