import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Transfer } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { startWorld, type World, type WorldOptions, wordsOf } from './world.ts'

const BOARD = 'soc-a-001'

let world: World
afterEach(() => world.close())

/** A board that kai holds. */
async function leased(like: NonNullable<WorldOptions['boards']>[number]['like'] = {}): Promise<string> {
  world = await startWorld({ boards: [{ id: BOARD, family: 'socA', like }] })
  return await world.start(`lease ${BOARD}`, { as: 'kai' })
}

async function begin(line: string, as = 'kai'): Promise<string> {
  return await world.start(line, { as })
}

async function over(id: string): Promise<{ transfer: Transfer; exit: number; card: string }> {
  const { exit } = await world.ended(`transfer/${id}`)
  const transfer = await world.lab.transfer(id)
  if (transfer === null) throw new Error(`there is no ${id}`)
  return { transfer, exit, card: await world.card(`transfer/${id}`) }
}

function onBoard(path: string): string {
  return join(world.board(BOARD).dir, 'fs', path)
}

async function refused(line: string, as = 'kai'): Promise<string> {
  const outcome = await world.type(line, { as })
  expect(outcome.kind).not.toBe('done')
  return outcome.kind === 'done' ? '' : `${wordsOf(outcome)} ${outcome.fault.hint}`
}

describe('files of a lease', () => {
  it('a file is sent to the board, where the card says, and comes back with a link and its SHA-256', async () => {
    const lease = await leased()
    const bytes = randomBytes(20_000)
    await world.program('hello', bytes)

    const sent = await over(await begin(`lease send ${lease} ./hello`))
    expect(sent.exit).toBe(0)
    expect(sent.card).toContain('/tmp/boardroom/hello')
    expect(sent.card).toMatch(/copied 20 kB in .* SHA-256 checked/)
    expect(readFileSync(onBoard('tmp/boardroom/hello'))).toEqual(bytes)
    const other = await over(await begin(`lease send ${lease} ./hello /root/dir/`))
    expect(other.transfer.what).toMatchObject({ to: '/root/dir/hello' })
    expect(existsSync(onBoard('root/dir/hello'))).toBe(true)

    writeFileSync(onBoard('root/notes.txt'), 'noted\n')
    const fetched = await over(await begin(`lease fetch ${lease} '/root/*.txt'`))
    expect([fetched.exit, fetched.transfer.files.length]).toEqual([0, 1])
    const [file] = fetched.transfer.files
    expect(fetched.card).toContain(file?.sha256.slice(0, 16))
    const answer = await fetch(world.lab.link(lease, file?.name))
    expect([answer.status, await answer.text()]).toEqual([200, 'noted\n'])
    expect(await (await fetch(world.lab.link(lease))).text()).toContain('notes.txt')
    expect(world.errors).toEqual([])
  })

  it('one that is not there is said, and is no success', async () => {
    const lease = await leased()
    const { card, exit } = await over(await begin(`lease fetch ${lease} /root/none`))
    expect([exit, card]).toEqual([3, expect.stringContaining('No file on soc-a-001 fits /root/none.')])
    for (const name of ['one', 'two']) mkdirSync(onBoard(`root/dirs/${name}`), { recursive: true })
    const folders = await over(await begin(`lease fetch ${lease} '/root/dirs/*'`))
    expect([folders.exit, folders.card]).toEqual([
      3,
      expect.stringContaining(
        `/root/dirs/* fits no file on soc-a-001, only 2 folders. For the files in them: lease fetch ${lease} '/root/dirs/*/*'`,
      ),
    ])
    expect(await refused(`lease send ${lease} ./none`)).toContain('There is no file')
    await world.program('hello', 'x')
    expect(await refused(`lease send ${lease} ./hello not/absolute`)).toContain('does not begin with a slash')
  })

  it('is for the holder and for operators; one at a time; cancelled, it leaves no part and a prompt', async () => {
    const lease = await leased({ baud: 115_200 })
    await world.program('big', randomBytes(400_000))
    expect(await refused(`lease send ${lease} ./big`, 'mei')).toContain('@kai holds it')
    const id = await begin(`lease send ${lease} ./big`)
    await until(() => (world.lab.transferProgress(id)?.bytes ?? 0) > 5_000, 'some of it is there', 30_000)
    expect(await refused(`lease fetch ${lease} /etc/hostname`)).toContain('big is being sent to it by @kai')
    await world.type(`lease cancel ${lease}`, { as: 'kai' })

    const { transfer, exit, card } = await over(id)
    expect([transfer.failure?.class, exit]).toEqual(['cancelled', 1])
    expect(card).toContain('Cancelled by @kai.')
    expect(readdirSync(onBoard('tmp/boardroom'))).toEqual([])
    const next = await over(await begin(`lease fetch ${lease} /etc/hostname`, 'ops'))
    expect(next.exit).toBe(0)
  })

  it('ends with the lease, and after a restart it is said that it was cut short', async () => {
    const lease = await leased({ baud: 115_200 })
    await world.program('big', randomBytes(400_000))
    const first = await begin(`lease send ${lease} ./big`)
    await until(() => (world.lab.transferProgress(first)?.bytes ?? 0) > 5_000, 'some of it is there', 30_000)
    await world.stop()
    await world.open()
    const { transfer } = await over(first)
    expect(transfer.failure).toMatchObject({ class: 'infrastructure', cause: 'restart' })

    const second = await begin(`lease send ${lease} ./big`)
    await until(() => (world.lab.transferProgress(second)?.bytes ?? 0) > 5_000, 'some of it is there', 30_000)
    await world.type(`lease release ${lease}`, { as: 'kai' })
    expect((await over(second)).card).toContain(`${lease} has ended: released by @kai.`)
    const run = await world.finished(await world.start('run-test socA --shell "echo next"'))
    expect(run.result?.tail).toEqual(['next'])
  })

  it('a line that is cut is said with its class, and what had come is gone on with', async () => {
    const lease = await leased({ baud: 460_800 })
    const bytes = randomBytes(200_000)
    await world.program('big', bytes)
    const first = await begin(`lease send ${lease} ./big`)
    await until(
      () => (world.lab.transferProgress(first)?.bytes ?? 0) > 100_000,
      'half of it is there',
      30_000,
    )
    world.board(BOARD).faults.set({ closeAfterBytes: 0 })
    const cut = await over(first)
    expect([cut.exit, cut.transfer.failure?.cause]).toEqual([2, 'console lost'])

    const again = await over(await begin(`lease send ${lease} ./big`))
    expect(again.transfer.copied?.resumed).toBeGreaterThan(50_000)
    expect(sha256(readFileSync(onBoard('tmp/boardroom/big')))).toBe(sha256(bytes))
  })

  it('whoever is at the console is asked about first, and what they type meanwhile is not sent', async () => {
    const lease = await leased({ baud: 115_200 })
    mkdirSync(join(world.dir, 'x'))
    await world.program('big', randomBytes(60_000))
    const kai = { id: 'kai', name: 'kai', platform: 'terminal' }
    const seat = { board: BOARD, console: null, person: kai, lease }
    const pen = await world.lab.consoles.type(seat, () => {})
    world.lab.consoles.present(BOARD, null, { typing: 'kai', watching: [] })
    const question = await world.type(`lease send ${lease} ./big`, { as: 'kai' })
    expect(question.kind).toBe('confirm')
    expect(wordsOf(question)).toContain('while @kai is at the console of soc-a-001?')

    const id = await begin(`lease send ${lease} ./big --yes`)
    await expect(pen.write(Buffer.from('echo mixed\n'))).rejects.toThrow('big is being sent to it by @kai')
    expect((await over(id)).exit).toBe(0)
    await pen.write(Buffer.from('echo again >/root/again\n'))
    await until(() => existsSync(onBoard('root/again')), 'what is typed arrives again')
    pen.close()
  })
})

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
