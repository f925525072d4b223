import { open } from 'node:fs/promises'
import { isMissing } from './disk.ts'
import { LF, type Line, lines } from './frame.ts'

const BLOCK = 4 * 1024 * 1024

/**
 * The framed lines of a file from a byte on, as it is now, some thousands at a time, so that a file of any size is
 * read in bounded memory. A last line without its LF comes as a damaged one. A file that is not there has no lines.
 */
export async function* readLines(path: string, from = 0): AsyncGenerator<Line[]> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (file === null) return
  try {
    const { size } = await file.stat()
    let rest: Buffer = Buffer.alloc(0)
    for (let position = from; position + rest.length < size; ) {
      const at = position + rest.length
      const block = Buffer.alloc(Math.min(BLOCK, size - at))
      const { bytesRead } = await file.read(block, 0, block.length, at)
      const bytes = Buffer.concat([rest, block.subarray(0, bytesRead)])
      const isLast = bytesRead === 0 || at + bytesRead >= size
      const whole = isLast ? bytes.length : bytes.lastIndexOf(LF) + 1
      yield placed(bytes.subarray(0, whole), position)
      if (isLast) return
      rest = bytes.subarray(whole)
      position += whole
    }
  } finally {
    await file.close()
  }
}

function placed(bytes: Buffer, position: number): Line[] {
  return Array.from(lines(bytes), line => ({ ...line, offset: line.offset + position }))
}
