import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../until.ts'
import { createPeers, fetchAll, fileOf, leftBeside, put, send } from './peer.ts'
import type { SftpFaults } from './sftp-server.ts'

const never = new AbortController().signal
const peers = createPeers()
const { attached } = peers

afterEach(() => peers.close())

describe('M6.2 a way that does not work is left for the console, with its reason', () => {
  it.each<[string, SftpFaults | ((folder: string) => SftpFaults), RegExp]>([
    ['a server without SFTP', { subsystem: 'refused' }, /: the server has no SFTP \(step: sftp\)$/],
    ['a connection cut in the middle', { after: 20_000, fate: 'cut' }, /: .* by the other side$/],
    ['a folder it may not write to', { denied: true }, /: make \S+file\.part: permission denied$/],
    ['a server that says its disk is full', { after: 20_000, fate: 'full' }, /: write \S+: it failed there$/],
    ['a server that stores something else', { flips: true }, /: what arrived is not what was sent$/],
    [
      'another machine behind the address, or a chroot',
      folder => {
        mkdirSync(join(folder, 'other', folder), { recursive: true })
        return { root: join(folder, 'other') }
      },
      /: it does not lead to this board, or not to the same folders: what the console has at \S+ is not there$/,
    ],
  ])('%s', async (_what, faults, why) => {
    const peer = await attached(faults)
    const data = randomBytes(60_000)
    const report = await send(peer, data)
    expect(report).toMatchObject({ way: 'raw', bytes: data.length, ended: true })
    expect(report.note).toMatch(/^not by sftp lab@127\.0\.0\.1:\d+: /)
    expect(report.note).toMatch(why)
    await until(() => peer.server.clients() === 0, 'no connection left')
  })

  it('on another machine nothing is written or removed, and its file of the same name stays as it is', async () => {
    const peer = await attached(folder => ({ root: join(folder, 'other') }))
    const { board, server } = peer
    const there = join(board.folder, 'other', board.folder)
    mkdirSync(there, { recursive: true })
    for (const name of ['file', 'file.part', 'file.part.x']) writeFileSync(join(there, name), name)
    await send(peer, randomBytes(20_000))
    expect(server.asked()).toEqual([`OPEN ${join(board.folder, 'file.part.x')}`])
    for (const name of ['file', 'file.part', 'file.part.x'])
      expect(readFileSync(join(there, name), 'utf8')).toBe(name)
  })

  it('on a board without SHA-256 the whole is checked by what it has', async () => {
    const tools = ['cat', 'chmod', 'cksum', 'dd', 'mkdir', 'mv', 'rm', 'stty', 'wc']
    const peer = await attached({}, { tools })
    const data = randomBytes(1_200_000)
    const path = join(peer.board.folder, 'file')
    const report = await peer.shell.send(fileOf(data), path, never, () => {})
    expect(report).toMatchObject({ way: 'sftp', verified: 'cksum' })
    expect(readFileSync(path).equals(data)).toBe(true)
    const files = put(peer, { a: data })
    const fetched = await fetchAll(peer)
    expect(fetched.got).toEqual(files)
    expect(fetched.way).toBe('sftp')
    peer.server.faults.flips = true
    await expect(
      peer.shell.send(fileOf(data.subarray(0, 9_000)), path, never, () => {}),
    ).resolves.toMatchObject({
      note: expect.stringContaining('what arrived is not what was sent'),
    })
  })

  it('a path that is not whole goes over the console, where everybody knows where it begins', async () => {
    const peer = await attached()
    const data = randomBytes(20_000)
    const report = await peer.shell.send(fileOf(data), 'file', never, () => {})
    expect(report).toMatchObject({ way: 'raw' })
    expect(report.note).toBeUndefined()
    expect(readFileSync(join(peer.board.folder, 'file')).equals(data)).toBe(true)
  })

  it('what the console had sent of it before is kept for the console, where the way leads elsewhere', async () => {
    const peer = await attached(folder => ({ root: join(folder, 'other') }))
    const data = randomBytes(60_000)
    writeFileSync(join(peer.board.folder, 'file.part'), data.subarray(0, 50_000))
    expect((await send(peer, data)).resumed).toBeGreaterThan(40_000)
  })

  it('what was refused is not tried again in this session, and is in the next', async () => {
    const peer = await attached({ subsystem: 'refused' })
    const { server, shell } = peer
    await send(peer, randomBytes(20_000))
    const second = await send(peer, randomBytes(20_000))
    put(peer, { a: randomBytes(20_000) })
    const fetched = await fetchAll(peer)
    expect(server.passwords()).toHaveLength(1)
    for (const { note } of [second, fetched]) expect(note).toMatch(/the server has no SFTP/)
    expect([second.way, fetched.way]).toEqual(['raw', 'raw'])
    delete server.faults.subsystem
    await shell.attach(never)
    const third = await send(peer, randomBytes(20_000))
    expect(third).toMatchObject({ way: 'sftp' })
    expect(third.note).toBeUndefined()
  })

  it('a file that may not be made is no reason to leave the way for the next one', async () => {
    const peer = await attached({ denied: true })
    expect(await send(peer, randomBytes(20_000))).toMatchObject({
      way: 'raw',
      note: expect.stringContaining('denied'),
    })
    peer.server.faults.denied = false
    const second = await send(peer, randomBytes(20_000))
    expect(second).toMatchObject({ way: 'sftp' })
    expect(second.note).toBeUndefined()
  })

  it('what is small goes over the console, unless the connection is there', async () => {
    const peer = await attached()
    expect((await send(peer, randomBytes(4_000))).way).not.toBe('sftp')
    expect(peer.server.passwords()).toEqual([])
    expect((await send(peer, randomBytes(4_096))).way).toBe('sftp')
    expect((await send(peer, randomBytes(1))).way).toBe('sftp')
    expect((await send(peer, Buffer.alloc(0))).way).not.toBe('sftp')
  })

  it('a file that can be read only once and broke in the middle is an error that says what to do', async () => {
    const peer = await attached({ after: 200_000, fate: 'cut' })
    const { again: _, ...once } = fileOf(randomBytes(400_000))
    const path = join(peer.board.folder, 'file')
    await expect(peer.shell.send(once, path, never, () => {})).rejects.toMatchObject({
      message: expect.stringMatching(
        /file was not sent to b1 whole: no file goes by sftp .* by the other side$/,
      ),
      hint: 'Send it again: it goes over the console then.',
      failure: { class: 'infrastructure', cause: 'transfer', blame: 'site' },
    })
    expect(existsSync(path)).toBe(false)
    expect(leftBeside(peer.board)).toEqual([])
    expect((await send(peer, randomBytes(20_000))).way).toBe('raw')
  })

  it('a board that is full while the file comes is told so at once, not sent to for minutes', async () => {
    const peer = await attached()
    const { board, server, shell } = peer
    const free = join(board.folder, 'free')
    writeFileSync(free, '900000')
    const df = join(board.folder, 'bin', 'df')
    writeFileSync(df, `#!/bin/sh\nread -r free <${free}\necho "x 1000000 0 $free 1% /"\n`)
    chmodSync(df, 0o755)
    Object.assign(server.faults, {
      ...{ after: 300_000, fate: 'full' },
      // Once: whoever reads it must not find it empty.
      onWrite: () => readFileSync(free, 'utf8') === '10' || writeFileSync(free, '10'),
    })
    const path = join(board.folder, 'file')
    await expect(shell.send(fileOf(randomBytes(1_000_000)), path, never, () => {})).rejects.toMatchObject({
      message: expect.stringContaining('binary too large for the board'),
      failure: { cause: 'disk', blame: 'board' },
    })
    expect(leftBeside(board)).toEqual([])
  })

  it('a file that is not what was promised is an error, by whichever way', async () => {
    const peer = await attached()
    const file = { ...fileOf(randomBytes(20_000)), sha256: 'a'.repeat(64) }
    const path = join(peer.board.folder, 'file')
    await expect(peer.shell.send(file, path, never, () => {})).rejects.toThrow('changed while it was sent')
    expect(existsSync(path)).toBe(false)
    expect(leftBeside(peer.board)).toEqual([])
  })
})
