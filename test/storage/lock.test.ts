import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lutimes, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { takeLock } from '../../src/storage/lock.ts'
import { ownIdentity } from '../../src/storage/process-identity.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { rejection, withFolder } from './toy.ts'

const TAKER = fileURLToPath(new URL('lock-taker.ts', import.meta.url))
const options = { clock: systemClock, log: silentLog }

type Taker = { child: ChildProcess; lines: string[]; gone: Promise<unknown> }

function startTaker(dir: string, ending = 'release'): Taker {
  const child = spawn(process.execPath, [TAKER, dir, ending], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  const lines: string[] = []
  child.stdout?.on('data', (bytes: Buffer) => lines.push(...bytes.toString().trimEnd().split('\n')))
  return { child, lines, gone: once(child, 'close') }
}

async function untilReady(takers: readonly Taker[]): Promise<void> {
  await until(() => takers.every(({ lines }) => lines.includes('ready')), 'all takers ready')
}

function go({ child }: Taker): void {
  child.stdin?.write('go\n')
}

async function finish(takers: readonly Taker[]): Promise<void> {
  for (const { child } of takers) child.stdin?.end()
  await Promise.all(takers.map(({ gone }) => gone))
}

test('of several processes that start at the same instant exactly one gets the folder, time after time', async () => {
  await withFolder(async dir => {
    for (let round = 0; round < 5; round++) {
      // The holder of the round before let go, or just ended: taking over is raced too.
      const takers = Array.from({ length: 5 }, () => startTaker(dir, round % 2 === 0 ? 'die' : 'release'))
      await untilReady(takers)
      for (const taker of takers) go(taker)
      await until(() => takers.every(({ lines }) => lines.length === 2), 'an answer for each')
      const answers = takers.map(({ lines }) => lines[1] ?? '')
      const holder = takers[answers.indexOf('held')]
      expect(answers.filter(answer => answer === 'held')).toHaveLength(1)
      for (const answer of answers.filter(a => a !== 'held'))
        expect(answer).toContain(`storage-held ${dir} is in use by process ${holder?.child.pid}`)
      await finish(takers)
    }
    expect((await readdir(dir)).length).toBeLessThan(5)
  })
}, 60_000)

test('the lock of a killed process is taken over at once, also while nobody has looked after the dead', async () => {
  await withFolder(async dir => {
    const taker = startTaker(dir)
    await untilReady([taker])
    go(taker)
    await until(() => taker.lines.includes('held'), 'held')
    expect(await rejection(takeLock({ ...options, dir }))).toMatchObject({
      code: 'storage-held',
      message: expect.stringContaining(`process ${taker.child.pid}`),
      hint: expect.stringContaining('DATA_DIR'),
    })
    taker.child.kill('SIGKILL')
    const lock = await until(() => takeLock({ ...options, dir }).catch(() => null), 'taken over')
    await lock.release()
    await taker.gone
  })
})

test('the same process cannot take it twice, and can again when it has let go', async () => {
  await withFolder(async dir => {
    const lock = await takeLock({ ...options, dir })
    expect(await rejection(takeLock({ ...options, dir }))).toMatchObject({ code: 'storage-held' })
    await lock.release()
    await lock.release()
    const again = await takeLock({ ...options, dir })
    await again.release()
  })
})

test('a process id that was given out again is no holder', async () => {
  await withFolder(async dir => {
    const { pid, world } = ownIdentity()
    await symlink(`pid-${pid}-1-${world}`, join(dir, 'lock.4'))
    const lock = await takeLock({ ...options, dir })
    await lock.release()
  })
})

test('a holder in another container counts as long as its lock shows beats', async () => {
  await withFolder(async dir => {
    const clock = createFakeClock()
    const path = join(dir, 'lock.1')
    await symlink('pid-1-77-elsewhere.4026', path)
    let beats = 0
    const asked = rejection(takeLock({ dir, clock, log: silentLog }))
    let answered = false
    void asked.finally(() => {
      answered = true
    })
    await until(async () => {
      await lutimes(path, beats, ++beats)
      await clock.pass(500)
      return answered
    }, 'refused')
    expect(await asked).toMatchObject({
      code: 'storage-held',
      message: expect.stringContaining('process 1 of another container'),
    })

    const taken = takeLock({ dir, clock, log: silentLog })
    let lock: Awaited<typeof taken> | null = null
    taken.then(
      held => {
        lock = held
      },
      () => {},
    )
    await until(async () => {
      await clock.pass(500)
      return lock
    }, 'taken over from a holder without beats')
    await (await taken).release()
    expect(clock.timers).toBe(0)
  })
})

test('a holder shows beats, so that one in another container can tell', async () => {
  await withFolder(async dir => {
    const clock = createFakeClock()
    const lock = await takeLock({ dir, clock, log: silentLog })
    const there = createFakeClock()
    const asked = rejection(takeLock({ dir, clock: there, log: silentLog, world: 'elsewhere.1' }))
    let answered = false
    void asked.finally(() => {
      answered = true
    })
    await until(async () => {
      await clock.pass(2000)
      await there.pass(500)
      return answered
    }, 'refused')
    expect(await asked).toMatchObject({ code: 'storage-held' })
    await lock.release()
  })
})

test('one that was held up between looking and taking, while the lock went from hand to hand, finds it taken', async () => {
  await withFolder(async dir => {
    await symlink('pid-1-77-elsewhere.4026', join(dir, 'lock.1'))
    const late = createFakeClock()
    const asked = rejection(takeLock({ dir, clock: late, log: silentLog, world: 'late.1' }))
    await until(() => late.timers > 0, 'looking for beats')

    const fast = createFakeClock()
    const first = takeLock({ dir, clock: fast, log: silentLog })
    await until(async () => {
      await fast.pass(500)
      return (await readdir(dir)).includes('lock.2')
    }, 'taken over')
    await (await first).release()
    const holder = await takeLock({ dir, clock: fast, log: silentLog })
    // The number that the late one is about to take is free again, and the holder it looked at is gone.
    expect((await readdir(dir)).sort()).toEqual(['lock.3', 'lock.4'])

    let answered = false
    void asked.finally(() => {
      answered = true
    })
    await until(async () => {
      await fast.pass(2000)
      await late.pass(500)
      return answered
    }, 'refused')
    expect(await asked).toMatchObject({ code: 'storage-held' })
    await holder.release()
  })
})
