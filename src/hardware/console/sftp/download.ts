import type { FarFile } from '../../types.ts'
import type { SftpConnection } from './connection.ts'
import { REQUEST } from './limits.ts'

/** All of what is asked for at once is requested at once: the caller bounds it. */
export async function openFar(
  connection: SftpConnection,
  path: string,
  signal: AbortSignal,
): Promise<FarFile> {
  const handle = await connection.ask<Buffer>(`open ${path}`, signal, (sftp, done) =>
    sftp.open(path, 'r', done),
  )
  const fill = async (piece: Buffer, at: number, until: AbortSignal): Promise<number> => {
    let filled = 0
    while (filled < piece.length) {
      const from = filled
      const count = await connection.ask<number>(`read ${path}`, until, (sftp, done) =>
        sftp.read(handle, piece, from, piece.length - from, at + from, done),
      )
      if (count === 0) break
      filled += count
    }
    return filled
  }
  return {
    async read(at, length, until) {
      const whole = Buffer.alloc(length)
      const pieces: Promise<number>[] = []
      for (let from = 0; from < length; from += REQUEST)
        pieces.push(fill(whole.subarray(from, from + REQUEST), at + from, until))
      const filled = await Promise.all(pieces)
      const short = filled.findIndex((count, index) => count < Math.min(REQUEST, length - index * REQUEST))
      return short === -1 ? whole : whole.subarray(0, short * REQUEST + (filled[short] ?? 0))
    },
    close() {
      const { signal: unending } = new AbortController()
      connection.ask(`close ${path}`, unending, (sftp, done) => sftp.close(handle, done)).catch(() => {})
    },
  }
}
