import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../until.ts'
import { SHELLS } from '../shell/pty-board.ts'
import { createPeers, fetchAll, fileOf, leftBeside, put, send } from './peer.ts'

const never = new AbortController().signal
const peers = createPeers()
const { attached } = peers

afterEach(() => peers.close())

describe.each(SHELLS)('M6.2, console.md 11: a board with SSH whose console is %s', shell => {
  it('is sent files by SFTP, checked through the console, and fetched from so', async () => {
    const peer = await attached({}, { shell })
    const data = randomBytes(3_000_000)
    const sent = await send(peer, data)
    expect(sent).toMatchObject({ way: 'sftp', bytes: data.length, packed: false, repaired: 0, ended: true })
    expect(sent.note).toBeUndefined()
    const files = put(peer, {
      'a b': randomBytes(2_500_000),
      "it's": randomBytes(1_048_576),
      empty: Buffer.alloc(0),
    })
    const fetched = await fetchAll(peer)
    expect(fetched.got).toEqual(files)
    expect(fetched).toMatchObject({ way: 'sftp', bytes: 3_548_576, left: [] })
    expect(fetched.note).toBeUndefined()
    expect(peer.board.typed().length).toBeLessThan(20_000)
    await peer.shell.detach()
    await until(() => peer.server.clients() === 0, 'the connection is closed with the shell')
  })
})

describe('M6.2 a file on its way by SFTP', () => {
  it('that is cancelled leaves nothing behind, and the shell answers', async () => {
    const stop = new AbortController()
    const peer = await attached({ onWrite: () => stop.abort(new Error('cancelled')) })
    const { board, shell, server } = peer
    const path = join(board.folder, 'file')
    await expect(shell.send(fileOf(randomBytes(5_000_000)), path, stop.signal, () => {})).rejects.toThrow(
      'cancelled',
    )
    expect(existsSync(path)).toBe(false)
    expect(leftBeside(board)).toEqual([])
    await until(() => server.clients() === 0, 'no connection left')
    await expect(shell.command('echo here', never)).resolves.toEqual({ status: 0, output: 'here\n' })
    expect(leftBeside(board)).toEqual([])
  })

  it('P25 ends with the lease: nothing more is written or typed, and it does not go on over the console', async () => {
    const peer = await attached({ onWrite: () => peer.gate.highest === 1 && peer.gate.admit(2) })
    const { board, shell, server } = peer
    const path = join(board.folder, 'file')
    const typed = board.typed().length
    await expect(shell.send(fileOf(randomBytes(9_000_000)), path, never, () => {})).rejects.toThrow(
      'token 1, the board has seen 2',
    )
    // What was handed over before is at most what may be without an answer.
    expect(server.written()).toBeLessThan(2_000_000)
    expect(board.typed().subarray(typed).toString()).not.toContain('chmod')
    expect(existsSync(path)).toBe(false)
    await until(() => server.clients() === 0, 'no connection left')
    shell.abandon()
  })

  it('leaves a connection for the next one, which goes with the shell', async () => {
    for (const leave of ['detach', 'abandon'] as const) {
      const peer = await attached()
      await send(peer, randomBytes(20_000))
      await send(peer, randomBytes(20_000))
      expect([peer.server.passwords().length, peer.server.clients()]).toEqual([1, 1])
      await peer.shell[leave]()
      await until(() => peer.server.clients() === 0, 'no connection left')
    }
  })
})

describe('M6.8 files from a board by SFTP', () => {
  it('that break in the middle go on over the console from there, and are right', async () => {
    const peer = await attached({ readAfter: 1_200_000, fate: 'cut' })
    const files = put(peer, { a: Buffer.alloc(1_500_000, 'abc'), b: randomBytes(10_000) })
    const fetched = await fetchAll(peer)
    expect(fetched.got).toEqual(files)
    expect(fetched).toMatchObject({ way: 'raw', note: expect.stringMatching(/by the other side$/) })
    expect(fetched.files.map(({ sha256 }) => sha256)).toEqual(
      [...files.values()].map(data => createHash('sha256').update(data).digest('hex')),
    )
  }, 30_000)

  it('of another machine are found out before a byte of them is taken', async () => {
    const peer = await attached(folder => ({ root: join(folder, 'other') }))
    const { board } = peer
    const files = put(peer, { a: randomBytes(20_000) })
    mkdirSync(join(board.folder, 'other', board.folder, 'results'), { recursive: true })
    writeFileSync(join(board.folder, 'other', board.folder, 'results', 'a'), randomBytes(20_000))
    const fetched = await fetchAll(peer)
    expect(fetched.got).toEqual(files)
    expect(fetched).toMatchObject({
      way: 'raw',
      note: expect.stringContaining('does not lead to this board'),
    })
  })

  it('that are not there are missed by the console alone', async () => {
    const peer = await attached(folder => ({ root: join(folder, 'other') }))
    const files = put(peer, { a: randomBytes(20_000) })
    const fetched = await fetchAll(peer)
    expect(fetched.got).toEqual(files)
    expect(fetched.note).toContain('does not lead to this board')
  })
})
