import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { PASSWORD, type SshServer, startSshServer, USER } from '../ssh-server.ts'

const { OPEN_MODE, STATUS_CODE, flagsToString } = ssh2.utils.sftp

/** An SFTP server with the real files of a folder, which misbehaves on request; strict about what it is asked. */
export type SftpServer = SshServer & {
  faults: SftpFaults
  /** For the way: account, trust and deadlines. */
  options: {
    host: string
    port: number
    username: string
    password: string
    hostKey: string
    connectTimeoutMs: number
  }
  /** Bytes that were written to its files. */
  written(): number
  /** What was asked for: `OPEN /tmp/a`. */
  asked(): readonly string[]
}

export type SftpFaults = {
  /** What stands before each path: another machine's files, or a chroot's. */
  root?: string
  /** The subsystem: refused; started with no program behind it; a log-in that prints. */
  subsystem?: 'refused' | 'missing' | 'prints'
  /** So many bytes are written; then that happens. */
  after?: number
  fate?: 'cut' | 'silent' | 'full'
  /** The same for what is read. */
  readAfter?: number
  /** It may not be made. */
  denied?: boolean
  /** One bit of what is written is another. */
  flips?: boolean
  /** Fewer bytes are given than asked for. */
  short?: number
  /** Where given, writes are answered when the test calls what is put there, one by one. */
  held?: (() => void)[]
  /** Called with each write before it is done. */
  onWrite?: (bytes: number) => void
}

export async function startSftpServer(faults: SftpFaults = {}): Promise<SftpServer> {
  let written = 0
  const asked: string[] = []
  const server = await startSshServer({
    password: PASSWORD,
    sftp(session) {
      if (faults.subsystem === 'refused') return
      if (faults.subsystem === undefined) session.on('sftp', accept => serve(accept()))
      else session.on('subsystem', accept => standIn(accept(), faults.subsystem))
    },
  })

  const pathOf = (path: string): string => (faults.root === undefined ? path : join(faults.root, path))

  const serve = (sftp: ssh2.SFTPWrapper): void => {
    const files = new Map<number, number>()
    let next = 0
    let read = 0
    /** What was still on its way is lost with its connection. */
    let isCut = false
    const fd = (handle: Buffer): number => files.get(handle.readUInt32BE(0)) ?? -1
    const fails = (id: number, moved: number): boolean => {
      const isOver = moved >= (faults.after ?? faults.readAfter ?? Infinity)
      if (!isOver && !isCut) return false
      if (faults.fate === 'cut') {
        if (!isCut) server.cut()
        isCut = true
      } else if (faults.fate === 'full') sftp.status(id, STATUS_CODE.FAILURE)
      return true
    }
    const answering = (id: number, work: () => void): void => {
      try {
        work()
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : ''
        const missing = code === 'ENOENT' ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE
        sftp.status(id, code === 'EACCES' ? STATUS_CODE.PERMISSION_DENIED : missing)
      }
    }
    sftp.on('error', () => {})
    sftp.on('close', () => {
      for (const file of files.values()) closeSync(file)
      files.clear()
    })
    sftp.on('OPEN', (id, path, flags, { mode }) => {
      asked.push(`OPEN ${path}`)
      if (faults.denied === true && (flags & OPEN_MODE.WRITE) !== 0)
        return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
      answering(id, () => {
        const handle = Buffer.alloc(4)
        handle.writeUInt32BE(next)
        files.set(next++, openSync(pathOf(path), flagsToString(flags) ?? 'r', mode))
        sftp.handle(id, handle)
      })
    })
    sftp.on('WRITE', (id, handle, offset, data) => {
      faults.onWrite?.(data.length)
      if ((isCut || faults.after !== undefined) && fails(id, written + data.length)) return
      answering(id, () => {
        if (faults.flips === true) data[0] = (data[0] ?? 0) ^ 1
        writeSync(fd(handle), data, 0, data.length, offset)
        written += data.length
        const answer = (): void => sftp.status(id, STATUS_CODE.OK)
        if (faults.held === undefined) answer()
        else faults.held.push(answer)
      })
    })
    sftp.on('READ', (id, handle, offset, length) => {
      if (faults.readAfter !== undefined && fails(id, read + length)) return
      answering(id, () => {
        const data = Buffer.alloc(Math.min(length, faults.short ?? length))
        const count = readSync(fd(handle), data, 0, data.length, offset)
        read += count
        if (count === 0) sftp.status(id, STATUS_CODE.EOF)
        else sftp.data(id, data.subarray(0, count))
      })
    })
    sftp.on('REMOVE', (id, path) => {
      asked.push(`REMOVE ${path}`)
      answering(id, () => {
        unlinkSync(pathOf(path))
        sftp.status(id, STATUS_CODE.OK)
      })
    })
    sftp.on('CLOSE', (id, handle) => {
      closeSync(fd(handle))
      files.delete(handle.readUInt32BE(0))
      sftp.status(id, STATUS_CODE.OK)
    })
  }

  return {
    ...server,
    faults,
    options: {
      ...{ host: '127.0.0.1', port: server.port, username: USER, password: PASSWORD },
      ...{ hostKey: server.fingerprints[0] ?? '', connectTimeoutMs: 15_000 },
    },
    written: () => written,
    asked: () => asked,
  }
}

/** dropbear says yes before it starts a program that is not there; a shell's start-up files may print. */
function standIn(channel: ssh2.ServerChannel, how: SftpFaults['subsystem']): void {
  channel.on('error', () => {})
  if (how === 'prints') {
    channel.write('Welcome to the board. Have a nice day.\n')
    return
  }
  channel.exit(127)
  channel.end()
}
