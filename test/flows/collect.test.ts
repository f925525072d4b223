import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

const ONE_BOARD = [{ id: 'soc-a-001', family: 'socA' }]

let world: World
afterEach(() => world.close())

async function open(options: WorldOptions = {}): Promise<void> {
  world = await startWorld({ boards: ONE_BOARD, ...options })
}

async function runOf(line: string): Promise<Run> {
  return await world.finished(await world.start(line))
}

async function cardOf({ id }: Run): Promise<string> {
  return await world.card(`run/${id}`)
}

async function served(run: Run, name: string): Promise<Buffer> {
  const answer = await fetch(world.lab.link(run.id, name))
  expect([name, answer.status]).toEqual([name, 200])
  return Buffer.from(await answer.arrayBuffer())
}

function filesOf(run: Run): Record<string, string> {
  return Object.fromEntries(run.result?.collected?.files.map(({ name, path }) => [name, path]) ?? [])
}

function leftOnBoard(): readonly string[] {
  return readdirSync(join(world.board('soc-a-001').dir, 'fs/tmp')).filter(name => name.startsWith('br-'))
}

const WRITES = "mkdir -p results;echo '<a/>' >results/a.xml;echo '<b/>' >results/b.xml;echo 1 >summary.txt"

describe('files that a test leaves (M6.8)', () => {
  it('that fit are kept with their SHA-256, shown on the card, and served', async () => {
    await open()
    const run = await runOf(
      `run-test socA --collect 'results/*.xml' --collect summary.txt --collect /etc/hostname --collect '*.tap' --shell "${WRITES}"`,
    )

    expect(run.state).toBe('passed')
    expect(filesOf(run)).toEqual({
      'results_a.xml': 'results/a.xml',
      'results_b.xml': 'results/b.xml',
      'summary.txt': 'summary.txt',
      etc_hostname: '/etc/hostname',
    })
    expect((await served(run, 'results_a.xml')).toString()).toBe('<a/>\n')
    const stored = run.result?.files.find(file => file.name === 'results_a.xml')
    expect(stored).toMatchObject({ size: 5, sha256: sha256('<a/>\n') })
    const card = await cardOf(run)
    expect(card).toContain('collected 4 files')
    expect(card).toContain(sha256('<a/>\n').slice(0, 16))
    expect(card).toContain('No file on soc-a-001 fits *.tap.')
    expect(leftOnBoard()).toEqual([])
    expect(world.errors).toEqual([])
  })

  it('of a failed test are kept too, and of one past its time', async () => {
    await open()
    const failed = await runOf(`run-test socA --collect summary.txt --shell "${WRITES}; exit 3"`)
    expect([failed.state, filesOf(failed)]).toEqual(['failed', { 'summary.txt': 'summary.txt' }])
    const late = await runOf(
      `run-test socA --timeout 1s --collect summary.txt --shell "${WRITES}; trap '' INT; sleep 600"`,
    )
    expect([late.state, filesOf(late)]).toEqual(['timeout', { 'summary.txt': 'summary.txt' }])
    expect(leftOnBoard()).toEqual([])
  })

  it('cannot take the place of the test’s own files, and two of a name are both there', async () => {
    await open()
    const run = await runOf(
      `run-test socA --collect '*' --collect 'd/*' --shell "echo mine >console.log;echo mine >output.log;mkdir d;echo 1 >d/x;echo 2 >d_x;echo told"`,
    )
    expect(Object.values(filesOf(run)).toSorted()).toEqual(['console.log', 'd/x', 'd_x', 'output.log'])
    expect((await served(run, 'output.log')).toString().trim()).toBe('told')
    expect((await served(run, 'output_2.log')).toString()).toBe('mine\n')
    expect((await served(run, 'd_x')).length + (await served(run, 'd_x_2')).length).toBe(4)
  })

  it('past the limit are said and not taken, the others are there; the test has passed all the same', async () => {
    await open({ settings: { collect_limit: '1kB', collect_files: 3 } })
    const run = await runOf(
      `run-test socA --collect big --collect 'many*' --collect small --shell "head -c 2000 /dev/zero >big;echo 1 >small;for i in 1 2 3 4; do echo >many$i; done"`,
    )
    expect([run.state, filesOf(run)]).toEqual(['passed', { small: 'small' }])
    const card = await cardOf(run)
    expect(card).toContain('Not collected: big: too much to fetch from soc-a-001: 1 files have 2000 bytes')
    expect(card).toContain('Not collected: many*: too much to fetch from soc-a-001: more than')
  })

  it('that do not come leave the outcome as it is: a line that is cut is said, and the board looked after', async () => {
    await open({ boards: [{ id: 'soc-a-001', family: 'socA', like: { baud: 115_200 } }] })
    const id = await world.start(
      `run-test socA --collect first --collect big --shell "echo 1 >first;head -c 100000 /dev/urandom >big"`,
    )
    await until(() => world.lab.progress(id)?.fetching?.path === 'big', 'it is fetched', 30_000)
    world.board('soc-a-001').faults.set({ refuses: true, closeAfterBytes: 20_000 })

    const run = await world.finished(id)
    expect(run.state).toBe('passed')
    expect(filesOf(run)).toEqual({ first: 'first' })
    expect(await cardOf(run)).toContain('The other files were not collected: ')
    expect(run.result?.files.map(file => file.name)).not.toContain('big')
  })

  it('are fetched again by the same test again', async () => {
    await open()
    const first = await runOf(`run-test socA --collect summary.txt --shell "${WRITES}"`)
    const again = await runOf(`tests rerun ${first.id}`)
    expect([again.id, filesOf(again)]).toEqual(['T2', { 'summary.txt': 'summary.txt' }])
  })

  it('of a restart in the middle are fetched by the attempt after it: nothing of the first is left among them', async () => {
    await open({ boards: [{ id: 'soc-a-001', family: 'socA', like: { baud: 460_800 } }] })
    const id = await world.start(
      `run-test socA --collect 'once-*' --collect 'big' --shell "echo >once-$$;head -c 250000 /dev/urandom >big"`,
    )
    await until(() => world.lab.progress(id)?.fetching?.path === 'big', 'it is fetched', 30_000)
    await world.stop()
    await world.open()

    const run = await world.finished(id)
    expect([run.state, run.attempts.length]).toEqual(['passed', 2])
    const names = Object.keys(filesOf(run))
    expect(names).toHaveLength(2)
    expect(run.result?.files.map(file => file.name).toSorted()).toEqual(
      [...names, 'console.log', 'console-2.log', 'output.log'].toSorted(),
    )
    expect((await served(run, 'big')).length).toBe(250_000)
  })
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
