import type { WriteGate } from '../../types.ts'
import { inBlocks } from '../transfer/in-blocks.ts'
import type { SftpConnection } from './connection.ts'
import { FLYING, REQUEST } from './limits.ts'

/** Whoever else is on the board cannot write to it; who runs it may be another user than who logs in by SSH. */
const MODE = 0o755

/** Several requests under way; each passes the gate before it is handed over. */
export async function upload(
  connection: SftpConnection,
  file: { path: string; bytes: AsyncIterable<Uint8Array> },
  gate: WriteGate,
  signal: AbortSignal,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const { path } = file
  gate()
  const handle = await connection.ask<Buffer>(`make ${path}`, signal, (sftp, done) =>
    sftp.open(path, 'wx', MODE, done),
  )
  const flying: Promise<void>[] = []
  let [at, written] = [0, 0]
  const landed = async (): Promise<void> => {
    await flying.shift()
  }
  for await (const block of inBlocks(file.bytes, () => REQUEST)) {
    gate()
    flying.push(write(block, at))
    at += block.length
    if (flying.length >= FLYING) await landed()
  }
  while (flying.length > 0) await landed()
  await connection.ask(`close ${path}`, signal, (sftp, done) => sftp.close(handle, done))

  function write(block: Buffer, offset: number): Promise<void> {
    const writing = connection
      .ask(`write ${path}`, signal, (sftp, done) => sftp.write(handle, block, 0, block.length, offset, done))
      .then(() => {
        written += block.length
        onWritten(written)
      })
    // It may fail while an earlier one is waited for, whose failure is told.
    writing.catch(() => {})
    return writing
  }
}
