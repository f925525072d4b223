import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import type { BoardConfig, Inventory } from '../../src/config/types.ts'
import { LabError, NotAllowedError, NotFoundError, RefusedError, StaleError } from '../../src/errors.ts'
import type { SubmitRequest } from '../../src/lab/lab.ts'
import type { Run } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER as power, someSettings } from './samples.ts'
import { silent } from './scripted-site.ts'

const MINUTE = 60_000
const open: LabUnderTest[] = []

afterEach(async () => {
  for (const under of open.splice(0)) await under.close()
})

async function lab(
  boards: readonly BoardConfig[],
  inventory: Partial<Inventory> = {},
): Promise<LabUnderTest> {
  const under = await openLab({ boards, inventory })
  open.push(under)
  return under
}

function request(part: Partial<SubmitRequest> = {}): SubmitRequest {
  return {
    family: 'socA',
    board: null,
    program: { kind: 'shell', command: 'true' },
    args: [],
    env: {},
    priority: 2,
    timeoutMs: null,
    ...part,
  }
}

async function started(under: LabUnderTest, id: string): Promise<void> {
  await until(() => under.site.tests.has(id), `${id} starts`)
}

async function final(under: LabUnderTest, id: string): Promise<Run> {
  const run = await until(async () => {
    const found = await under.lab.run(id)
    return found !== null && ['passed', 'failed', 'timeout', 'cancelled', 'error'].includes(found.state)
      ? found
      : null
  }, `${id} ends`)
  return run
}

describe('a test from start to end', () => {
  test('M6.3 what its program printed is a file of its own, and its last lines are on the card', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    const going = under.site.tests.get(id)
    const console = '# prompt\r\nhello\r\nworld\r\n# end\r\n'
    going?.tell({ kind: 'stage', stage: 'attaching', t: 0 })
    going?.tell({ kind: 'stage', stage: 'running', t: 0 })
    going?.tell({ kind: 'output', ranges: [{ from: 1010, to: null }] })
    going?.tell({ kind: 'log', offset: 1000, t: 5, bytes: Buffer.from(console) })
    expect(under.lab.state().runs[id]?.state).toBe('running')
    expect(under.lab.progress(id)?.lastLine).toBe('# end')
    await until(
      async () => (await under.lab.log(id, { limit: 10, whole: false })).total === 3,
      'the live log begins with the program',
    )
    going?.finish({ output: [{ from: 1010, to: 1024 }] })
    const run = await final(under, id)
    expect(run.state).toBe('passed')
    expect(run.result?.tail).toEqual(['hello', 'world'])
    expect(run.result?.files.map(file => file.name).sort()).toEqual(['console.log', 'output.log'])
    const whole = await under.lab.log(id, { limit: 10, whole: true })
    expect(whole).toMatchObject({ total: 4, matched: 4 })
    expect(whole.lines.map(line => line.text)).toEqual(['# prompt', 'hello', 'world', '# end'])
  })

  test('M5.4 it leaves the live state only when it has been told, and stays readable for ever after', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    under.site.tests.get(id)?.finish({})
    await final(under, id)
    expect(under.lab.owed.items().map(item => item.topic)).toEqual([`run/${id}`])
    expect(under.lab.state().runs[id]).toBeDefined()
    await under.deliver()
    expect(under.lab.state().runs[id]).toBeUndefined()
    expect((await under.lab.run(id))?.state).toBe('passed')
    expect((await under.lab.runs({})).map(run => run.id)).toEqual([id])
  })

  test('M6.1 a binary is kept with its SHA-256, and a rerun runs the same one', async () => {
    const under = await lab([aBoard('a1')])
    const file = { name: 'hello', size: 3, open: () => Readable.from([Buffer.from('abc')]) }
    const first = await under.lab.submit(request({ program: { kind: 'file', file } }), MEI, HERE)
    expect(first.program).toEqual({
      kind: 'binary',
      name: 'hello',
      size: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
    const again = await under.lab.rerun(first.id, KAI, HERE)
    expect(again.program).toEqual(first.program)
    expect(again.submitter).toEqual(KAI)
  })

  test('an empty binary is refused before anything is queued', async () => {
    const under = await lab([aBoard('a1')])
    const file = { name: 'empty', size: 0, open: () => Readable.from([]) }
    await expect(under.lab.submit(request({ program: { kind: 'file', file } }), MEI, HERE)).rejects.toThrow(
      'empty is empty (0 bytes)',
    )
    expect(under.lab.queue().waiting).toEqual([])
  })
})

describe('infrastructure failures', () => {
  test('M3.5 another board at once; the same one only after 30 s; three attempts in all', async () => {
    const under = await lab([aBoard('a1'), aBoard('a2')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    const first = under.site.tests.get(id)?.job.board.id ?? ''
    under.site.tests.get(id)?.fail(silent(first))
    await until(
      () => under.site.tests.get(id)?.job.board.id === (first === 'a1' ? 'a2' : 'a1'),
      'the other board is tried at once',
    )
    const second = under.site.tests.get(id)
    second?.fail(silent(second.job.board.id))
    await until(
      () => under.lab.state().runs[id]?.state === 'queued',
      'it waits for a board it may be tried on',
    )
    expect(under.lab.waiting(id)?.retrying).toBe(true)
    expect(under.lab.waiting(id)?.why.join(' ')).toContain('it just failed on')
    await under.clock.pass(31_000)
    await started(under, id)
    const third = under.site.tests.get(id)
    third?.fail(silent(third.job.board.id))
    const run = await final(under, id)
    expect(run.state).toBe('error')
    expect(run.attempts.map(attempt => attempt.failure?.cause)).toEqual([
      'not answering',
      'not answering',
      'not answering',
    ])
  })

  test('M3.4 the third failure of a day makes a board unhealthy; a check that a person asked for makes it well', async () => {
    const under = await lab([aBoard('a1')])
    for (let n = 0; n < 3; n++) {
      const { id } = await under.lab.submit(request(), MEI, HERE)
      await until(() => under.site.tests.size > 0, 'a test starts')
      for (const going of under.site.tests.values()) going.fail(silent('a1'))
      await until(() => under.site.tests.size === 0, 'it failed')
      await under.lab.cancel(id, MEI).catch(() => {})
      await under.clock.pass(31_000)
      if (under.lab.board('a1')?.health === 'unhealthy' && under.lab.board('a1')?.state.unhealthy) break
    }
    await until(() => under.lab.board('a1')?.state.unhealthy !== null, 'the board is unhealthy')
    expect(under.lab.board('a1')?.usable).toBe(false)
    await until(() => under.lab.board('a1')?.status !== 'recovery', 'its recovery is over')
    await under.lab.checkBoards()
    expect(under.lab.board('a1')?.state.unhealthy).not.toBeNull()
    expect(Object.values(under.lab.state().alerts).map(alert => alert.cause)).toEqual(['unhealthy/a1'])
    await under.lab.check('a1', KAI)
    expect(under.lab.board('a1')?.usable).toBe(true)
    expect((await under.lab.status()).alerts).toEqual([])
  })

  test('a failure of the test itself, or one the lab is to blame for, never counts against the board', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    under.site.tests.get(id)?.finish({
      status: 3,
      failure: {
        failure: { class: 'test', cause: 'exit status', blame: 'none' },
        message: 'exit status 3',
        hint: '',
      },
    })
    expect((await final(under, id)).state).toBe('failed')
    expect(under.lab.board('a1')?.state.failures).toEqual([])
  })

  test('E a board that a test left unclean is looked after before anybody else gets it, by a power cycle if it does not answer', async () => {
    const under = await lab([aBoard('a1', { power })])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    under.site.dead.add('a1')
    under.site.tests.get(id)?.finish({
      boardClean: false,
      failure: {
        failure: { class: 'test', cause: 'panic', blame: 'none' },
        title: 'kernel panic',
        message: 'x',
        hint: '',
      },
    })
    await until(() => under.site.powered.length === 1, 'its power is cycled')
    expect(under.site.powered[0]).toMatchObject({ board: 'a1', action: 'cycle' })
    await until(() => under.lab.board('a1')?.status === 'offline', 'it is set aside')
    under.site.dead.clear()
    await under.clock.pass(2 * MINUTE)
    await until(async () => {
      await under.lab.checkBoards()
      return under.lab.board('a1')?.usable
    }, 'it is back when it answers')
  })
})

describe('the queue', () => {
  test('M4.4 over the limit a new test is refused with the limit and what to do; nothing is lost', async () => {
    const under = await lab([aBoard('a1')], { settings: someSettings({ queueLimit: 2 }) })
    await under.lab.submit(request(), MEI, HERE)
    await until(() => under.site.tests.size === 1, 'the first one starts')
    await under.lab.submit(request(), MEI, HERE)
    await under.lab.submit(request(), MEI, HERE)
    const refused = under.lab.submit(request(), MEI, HERE)
    await expect(refused).rejects.toThrow(RefusedError)
    await expect(refused).rejects.toThrow('the queue is full (2 waiting, limit 2)')
    expect(under.lab.queue().waiting.map(entry => entry.id)).toEqual(['T2', 'T3'])
  })

  test('M4.6 its owner moves and cancels a waiting test; a stranger is refused, and told whom to ask', async () => {
    const people = { admins: ['ada'], operators: [], teams: {} }
    const under = await lab([aBoard('a1')], { people })
    for (let n = 0; n < 3; n++) await under.lab.submit(request(), MEI, HERE)
    await started(under, 'T1')
    expect((await under.lab.move('T3', 1, MEI)).priority).toBe(1)
    expect(under.lab.queue().waiting.map(entry => entry.id)).toEqual(['T3', 'T2'])
    await expect(under.lab.cancel('T3', KAI)).rejects.toThrow(NotAllowedError)
    await under.lab.cancel('T3', MEI)
    expect((await final(under, 'T3')).state).toBe('cancelled')
    await expect(under.lab.cancel('T3', MEI)).rejects.toThrow(StaleError)
    await expect(under.lab.cancel('T99', MEI)).rejects.toThrow(NotFoundError)
  })

  test('M4.6 cancelling a running test ends it at its site, and the board is free again', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    await under.lab.cancel(id, MEI)
    const run = await final(under, id)
    expect(run.state).toBe('cancelled')
    expect(run.result?.message).toBe('Cancelled by @mei.')
    expect(under.lab.board('a1')?.lease).toBeNull()
  })

  test('M4.6 of two who cancel a running test at once the first did, wherever it is told', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    await Promise.all([MEI, KAI].map(by => under.lab.cancel(id, by)))
    const run = await final(under, id)
    expect([run.cancelledBy?.name, run.result?.message]).toEqual(['mei', 'Cancelled by @mei.'])
  })

  test('an old button acts never: a click on what has moved on is answered', async () => {
    const under = await lab([aBoard('a1')])
    await under.lab.submit(request(), MEI, HERE)
    const waiting = await under.lab.submit(request(), MEI, HERE)
    await under.lab.move(waiting.id, 3, MEI, waiting.rev)
    await expect(under.lab.move(waiting.id, 1, MEI, waiting.rev)).rejects.toThrow(StaleError)
  })

  test('M4.5 the alert on waiting comes once, and goes when the queue has recovered', async () => {
    const under = await lab([aBoard('a1')])
    await under.lab.submit(request(), MEI, HERE)
    await under.lab.submit(request(), MEI, HERE)
    await under.clock.pass(31 * MINUTE)
    await under.lab.checkWaits()
    await under.lab.checkWaits()
    expect(under.lab.owed.items().filter(item => item.kind === 'alert').length).toBe(1)
    await under.lab.cancel('T2', MEI)
    await under.lab.checkWaits()
    expect((await under.lab.status()).alerts).toEqual([])
  })

  test('why a test waits names the boards that fit, who holds them, and what stands against them', async () => {
    const under = await lab([aBoard('a1'), aBoard('a2')])
    await under.lab.maintain('a2', { reason: 'new fan', untilMs: null }, KAI)
    await under.lab.lend({ target: 'a1', termMs: 60 * MINUTE }, KAI, HERE)
    const { id } = await under.lab.submit(request(), MEI, HERE)
    expect(under.lab.waiting(id)?.why).toEqual([
      '1 of 2 socA boards is busy (a1 by @kai until 13:00)',
      'a2 is in maintenance: new fan',
    ])
    expect(under.lab.waiting(id)?.startsIn?.medianMs).toBe(60 * MINUTE)
  })
})

describe('leases of people', () => {
  test('M3.6 warned 10 min and 2 min before the end, once each, then ended by the lab’s own timer', async () => {
    const under = await lab([aBoard('a1')])
    const lease = await under.lab.lend({ target: 'a1', termMs: 30 * MINUTE }, KAI, HERE)
    expect(lease.state).toBe('active')
    const kinds = (): string[] => under.lab.owed.items().map(item => item.kind)
    await under.clock.pass(20 * MINUTE)
    await until(async () => {
      await under.clock.pass(0)
      return kinds().includes(`lease-warning-${10 * MINUTE}`)
    }, 'the first warning')
    await under.clock.pass(8 * MINUTE)
    await until(async () => {
      await under.clock.pass(0)
      return kinds().includes(`lease-warning-${2 * MINUTE}`)
    }, 'the second warning')
    await under.clock.pass(2 * MINUTE)
    await until(async () => {
      await under.clock.pass(0)
      return kinds().includes('lease-ended')
    }, 'the end is told')
    expect(kinds().length).toBe(3)
    await until(() => under.lab.board('a1')?.lease === null, 'the board is free')
    await under.deliver()
    expect(under.lab.leases()).toEqual([])
  })

  test('M3.6 its holder extends it, up to the limit; a stranger does not', async () => {
    const under = await lab([aBoard('a1')], { people: { admins: [], operators: ['ops'], teams: {} } })
    const lease = await under.lab.lend({ target: 'socA', termMs: 30 * MINUTE }, KAI, HERE)
    const longer = await under.lab.extend(lease.id, 30 * MINUTE, KAI)
    expect((longer.until ?? 0) - (lease.until ?? 0)).toBe(30 * MINUTE)
    await expect(under.lab.extend(lease.id, 25 * 60 * MINUTE, KAI)).rejects.toThrow('at most 24 h')
    await expect(under.lab.release(lease.id, MEI)).rejects.toThrow("L1 is @kai's.")
  })

  test('M3.7 who waits for a board is told when it is theirs; M3.9 a silent board is passed over and looked after', async () => {
    const under = await lab([aBoard('a1'), aBoard('a2')])
    const first = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    const second = await under.lab.lend({ target: 'a1', termMs: null }, MEI, HERE)
    expect(second.state).toBe('waiting')
    expect(under.lab.waiting(second.id)).toMatchObject({ position: 1, ahead: 0 })
    await under.clock.pass(MINUTE)
    await under.lab.release(first.id, KAI)
    await until(() => under.lab.lease(second.id)?.state === 'active', 'the next in line gets it')
    expect(under.lab.owed.items().map(item => [item.kind, item.to])).toEqual([['lease-granted', 'mei']])
    under.site.dead.add('a2')
    const third = await under.lab.lend({ target: 'a2', termMs: null }, KAI, HERE)
    expect(third.state).toBe('waiting')
    await until(() => under.lab.board('a2')?.status === 'offline', 'the silent board is set aside')
  })

  test('P27 a lease outlives a restart, under a higher token', async () => {
    const under = await lab([aBoard('a1')])
    const lease = await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    const again = await under.restart()
    open.splice(0, open.length, again)
    const kept = again.lab.lease(lease.id)
    expect(kept).toMatchObject({ state: 'active', until: lease.until })
    expect(kept?.token).toBeGreaterThan(lease.token ?? 0)
    expect((await again.lab.lend({ target: 'a1', termMs: null }, MEI, HERE)).state).toBe('waiting')
  })
})

describe('boards', () => {
  test('P18 maintenance blocks allocation; what runs goes on', async () => {
    const under = await lab([aBoard('a1')])
    await under.lab.submit(request(), MEI, HERE)
    await started(under, 'T1')
    await under.lab.maintain('a1', { reason: 'fan', untilMs: under.clock.now() + 10 * MINUTE }, KAI)
    await under.lab.submit(request(), MEI, HERE)
    under.site.tests.get('T1')?.finish({})
    expect((await final(under, 'T1')).state).toBe('passed')
    expect(under.site.tests.size).toBe(0)
    await under.clock.pass(11 * MINUTE)
    await under.lab.sweep()
    await started(under, 'T2')
  })

  test('design 4: an operator switches a held board under its holder’s token; the run on it ends as the lab’s doing and goes on elsewhere', async () => {
    const under = await lab([aBoard('a1', { power }), aBoard('a2')])
    await under.lab.submit(request({ board: 'a1' }), MEI, HERE)
    await started(under, 'T1')
    const token = under.site.tests.get('T1')?.token
    const event = await under.lab.power('a1', 'cycle', KAI, 'asked')
    expect(await under.lab.ending(`power/${event.id}`, AbortSignal.timeout(5_000))).toEqual({
      ok: true,
      exit: 0,
    })
    expect(under.site.powered).toEqual([{ board: 'a1', action: 'cycle', token }])
    expect(under.site.violations).toEqual([])
    await started(under, 'T1')
    const run = under.lab.state().runs['T1']
    expect(run?.attempts[0]?.failure).toEqual({ class: 'infrastructure', cause: 'power', blame: 'lab' })
    expect(under.lab.board('a1')?.state.failures).toEqual([])
    expect(under.lab.owed.items().map(item => [item.kind, item.to])).toEqual([['power-switched', 'mei']])
  })

  test('a board without power control says what to do instead', async () => {
    const under = await lab([aBoard('a1')])
    await expect(under.lab.power('a1', 'cycle', KAI, 'asked')).rejects.toThrow('a1 has no power control')
  })

  test('M2.7 a board that left the inventory gets no new work, finishes what it does, and goes', async () => {
    const under = await lab([aBoard('a1'), aBoard('a2')])
    await under.lab.submit(request({ board: 'a1' }), MEI, HERE)
    await started(under, 'T1')
    under.next.inventory = { ...under.inventory, boards: [aBoard('a2'), aBoard('a3')] }
    expect(await under.lab.reload()).toEqual({ added: ['a3'], removed: ['a1'], changed: [] })
    expect(under.lab.board('a1')).toMatchObject({ leaving: true, usable: false })
    under.site.tests.get('T1')?.finish({})
    expect((await final(under, 'T1')).state).toBe('passed')
    await until(() => under.lab.board('a1') === null, 'it goes when idle')
    expect(under.lab.boards().map(board => board.config.id)).toEqual(['a2', 'a3'])
  })

  test('M2.5 a reload that fails changes nothing', async () => {
    const under = await lab([aBoard('a1')])
    under.next = { inventory: under.inventory }
    await expect(under.lab.submit(request({ family: 'scoA' }), MEI, HERE)).rejects.toThrow(
      'There is no family "scoA".',
    )
  })
})

describe('stopping', () => {
  test('runs of this process end on their boards and go on with the next start, as an attempt that does not count', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    await under.lab.stop()
    await expect(under.lab.submit(request(), MEI, HERE)).rejects.toThrow('is being stopped')
    const again = await under.restart()
    open.splice(0, open.length, again)
    await started(again, id)
    const run = again.lab.state().runs[id]
    expect(run?.attempts.map(attempt => [attempt.number, attempt.uncounted])).toEqual([
      [1, true],
      [2, false],
    ])
  })

  test('P27 an outcome that was stored is told after a kill, and the test does not start again', async () => {
    const under = await lab([aBoard('a1')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    under.site.tests.get(id)?.finish({})
    await until(() => under.lab.state().runs[id]?.state !== 'leasing', 'its outcome is stored')
    const again = await under.restart()
    open.splice(0, open.length, again)
    expect((await final(again, id)).state).toBe('passed')
    expect(again.site.tests.size).toBe(0)
  })
})

test('errors of the lab carry a hint, always', async () => {
  const under = await lab([aBoard('a1')])
  const errors = await Promise.all(
    [
      under.lab.cancel('T9', MEI),
      under.lab.release('L9', KAI),
      under.lab.lend({ target: 'x', termMs: null }, KAI, HERE),
      under.lab.check('x', KAI),
      under.lab.rerun('T9', MEI, HERE),
    ].map(work =>
      work.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  )
  for (const error of errors) {
    expect(error).toBeInstanceOf(LabError)
    expect((error as LabError).hint.length).toBeGreaterThan(5)
  }
})

test('P27 a file that was adopted for a test nobody acknowledged goes, and its number is not used again', async () => {
  const under = await lab([aBoard('a1')])
  const staged = await under.storage.artifacts.stage('hello', Readable.from([Buffer.from('abc')]), 100)
  under.storage.artifacts.adopt('T1', [staged])
  const again = await under.restart()
  open.splice(0, open.length, again)
  expect(await again.storage.artifacts.owners()).toEqual([])
  expect((await again.lab.submit(request(), MEI, HERE)).id).toBe('T2')
})

describe('found by review', () => {
  test('P18 a board in maintenance is not cycled, nor asked, whatever its console does', async () => {
    const under = await lab([aBoard('a1', { power })])
    await under.lab.maintain('a1', { reason: 'hands inside', untilMs: null }, KAI)
    under.site.dead.add('a1')
    const state = { connected: false, since: 0, lastByteAt: null, problem: 'cable pulled', head: 0 }
    under.site.news('a1', { kind: 'state', state })
    await under.lab.checkBoards()
    expect(under.site.powered).toEqual([])
    expect(under.lab.board('a1')?.state.condition).toBe('unknown')
  })

  test('M3.5 a board with a wrong password does not eat a test: it goes to another one at once', async () => {
    const under = await lab([aBoard('a1'), aBoard('a2')])
    const { id } = await under.lab.submit(request(), MEI, HERE)
    await started(under, id)
    const first = under.site.tests.get(id)
    const wrong = new LabError('log-in', 'wrong password', {
      hint: 'Correct it.',
      failure: { class: 'infrastructure', cause: 'log-in', blame: 'lab' },
    })
    first?.fail(wrong)
    await until(() => {
      const now = under.site.tests.get(id)
      return now !== undefined && now.job.board.id !== first?.job.board.id
    }, 'the other board is tried')
  })

  test('H10.3 P13 a board that falls silent gets a recovery cycle', async () => {
    const under = await lab([aBoard('a1', { power })])
    await under.lab.check('a1', null)
    under.site.dead.add('a1')
    await under.clock.pass(20 * MINUTE)
    await under.lab.checkBoards()
    expect(under.site.powered.map(({ action }) => action)).toEqual(['cycle'])
    expect(under.lab.board('a1')?.status).toBe('offline')
  })

  test('a program named as the log of a test is refused with what to do', async () => {
    const under = await lab([aBoard('a1')])
    const file = { name: 'console.log', size: 3, open: () => Readable.from([Buffer.from('abc')]) }
    const asked = under.lab.submit(request({ program: { kind: 'file', file } }), MEI, HERE)
    await expect(asked).rejects.toThrow("console.log is the name of a test's own log.")
  })

  test('a test that is cancelled in the moment it gets a board is cancelled, and the board is free', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const under = await lab([aBoard('a1')])
      const { id } = await under.lab.submit(request(), MEI, HERE)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await under.lab.cancel(id, MEI)
      expect((await final(under, id)).state).toBe('cancelled')
      await until(() => under.lab.board('a1')?.lease === null, 'the board is free')
    }
  })
})
