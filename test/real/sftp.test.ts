import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { ConsoleConfig } from '../../src/config/types.ts'
import { ssh } from '../../src/hardware/console/ssh.ts'
import type { FetchReport, Outgoing, Shell } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { openBoard } from '../../src/rig.ts'
import { aBoard } from '../lab/samples.ts'
import { realSuite } from './fixtures/available.ts'
import { type Sshd, startSshd } from './fixtures/sshd.ts'

const never = new AbortController().signal
const MEGABYTES_5 = 5_000_000
/** Enough for the slower way, which others measure. */
const KILOBYTES_300 = 300_000
const SFTP = 'Subsystem sftp internal-sftp'
/** What the daemon uses for it is root's alone and has no files, as a chroot must. */
const ELSEWHERE = ['ChrootDirectory /run/sshd', SFTP]

async function sshd(more: readonly string[]): Promise<Sshd> {
  const server = await startSshd(more)
  onTestFinished(() => server.close())
  return server
}

function consoleOf(name: string, { host, port, username, key, fingerprint }: Sshd): ConsoleConfig {
  const options = ssh.schema.parse({ host, port, username, key, hostKey: fingerprint })
  return {
    ...{ name, driver: 'ssh', options, where: ssh.where(options), login: {} },
    ...{ loginTimeoutMs: 30_000, commandTimeoutMs: 30_000 },
  }
}

/** A folder that whoever logs in may write to. */
async function folderFor(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o777)
  return folder
}

/** A board whose first console is a shell by SSH, as the product opens it. */
async function attached(main: Sshd, ...more: Sshd[]): Promise<Shell> {
  const others = more.map((server, index) => consoleOf(`net${index}`, server))
  const board = aBoard('peer', { consoles: [consoleOf('main', main), ...others] })
  const dataDir = await folderFor()
  const rigged = await openBoard(board, { dataDir, clock: systemClock, log: silentLog })
  onTestFinished(() => rigged.close())
  const shell = rigged.shell(
    bytes => rigged.recorder.write(bytes),
    () => {},
  )
  await shell.attach(never)
  onTestFinished(() => shell.detach())
  return shell
}

async function fileIn(folder: string, bytes: number): Promise<Outgoing & { data: Buffer }> {
  const data = randomBytes(bytes)
  const path = join(folder, 'given')
  await writeFile(path, data)
  const read = () => createReadStream(path)
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { data, bytes: read(), again: read, size: data.length, sha256 }
}

async function fetched(shell: Shell, folder: string): Promise<FetchReport & { data: Buffer }> {
  const pieces: Uint8Array[] = []
  const most = { files: 1, bytes: MEGABYTES_5 }
  const report = await shell.fetch({ folder, patterns: ['sent'], most }, never, async ({ bytes }) => {
    for await (const piece of bytes) pieces.push(piece)
  })
  return { ...report, data: Buffer.concat(pieces) }
}

realSuite('files by OpenSSH', ['sshd'], () => {
  test('M6.2, M6.8 5 MB go by SFTP and come back so, and are right on the board', async () => {
    const shell = await attached(await sshd([SFTP]))
    const folder = await folderFor()
    const file = await fileIn(folder, MEGABYTES_5)
    const path = join(folder, 'sent')
    const report = await shell.send(file, path, never, () => {})
    expect(report).toMatchObject({ way: 'sftp', bytes: MEGABYTES_5, verified: 'sha256', repaired: 0 })
    expect(report.note).toBeUndefined()
    expect((await readFile(path)).equals(file.data)).toBe(true)
    expect((await stat(path)).mode & 0o777).toBe(0o755)
    const back = await fetched(shell, folder)
    expect(back).toMatchObject({ way: 'sftp', bytes: MEGABYTES_5 })
    expect(back.data.equals(file.data)).toBe(true)
    expect((await readdir(folder)).sort()).toEqual(['given', 'sent'])
  })

  test('a server without sftp-server is said, and the file goes over the console', async () => {
    const shell = await attached(await sshd([]))
    const folder = await folderFor()
    const file = await fileIn(folder, KILOBYTES_300)
    const report = await shell.send(file, join(folder, 'sent'), never, () => {})
    expect(report).toMatchObject({ way: 'raw', bytes: KILOBYTES_300, verified: 'sha256' })
    expect(report.note).toMatch(/^not by sftp \S+@127\.0\.0\.1:\d+: the server has no SFTP \(step: sftp\)$/)
    const back = await fetched(shell, folder)
    expect(back.way).toBe('raw')
    expect(back.data.equals(file.data)).toBe(true)
  })

  test('one whose program is not there is said so', async () => {
    const shell = await attached(await sshd(['Subsystem sftp /no/such/sftp-server']))
    const folder = await folderFor()
    const report = await shell.send(
      await fileIn(folder, KILOBYTES_300),
      join(folder, 'sent'),
      never,
      () => {},
    )
    expect(report).toMatchObject({ way: 'raw' })
    expect(report.note).toMatch(
      /: (?:the server's sftp-server ended with status 127|what the server says is no SFTP)/,
    )
  })

  test('another machine behind the address is found out, nothing is written there, and the file is right here', async () => {
    const shell = await attached(await sshd([]), await sshd(ELSEWHERE))
    const folder = await folderFor()
    const file = await fileIn(folder, KILOBYTES_300)
    const report = await shell.send(file, join(folder, 'sent'), never, () => {})
    expect(report).toMatchObject({ way: 'raw', verified: 'sha256' })
    expect(report.note).toMatch(/the server has no SFTP .*; not by sftp .*: it does not lead to this board/)
    expect((await readFile(join(folder, 'sent'))).equals(file.data)).toBe(true)
    expect(await readdir('/run/sshd')).toEqual([])
    const back = await fetched(shell, folder)
    expect(back.data.equals(file.data)).toBe(true)
  })
})
