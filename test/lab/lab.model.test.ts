import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import { claimsOf } from '../../src/lab/queue/claims.ts'
import { decide } from '../../src/lab/queue/decide.ts'
import { isFinal } from '../../src/lab/runs/run-state.ts'
import type { Priority, Run } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER as power } from './samples.ts'
import { silent } from './scripted-site.ts'

const BOARDS = [
  aBoard('a1', { power }),
  aBoard('a2', { power }),
  aBoard('a3'),
  aBoard('b1', { family: 'socB' }),
]

/** Nothing is on its way: every board is held by a test that runs or a person, or nobody that waits fits it. */
function settled({ lab, site, clock }: LabUnderTest): boolean {
  const leased = Object.values(lab.state().runs).filter(
    run => run.state === 'leasing' || run.state === 'preparing' || run.state === 'running',
  )
  if (leased.some(run => !site.tests.has(run.id)) || site.tests.size !== leased.length) return false
  if (Object.values(lab.state().runs).some(run => run.state === 'collecting')) return false
  if (lab.leases().some(lease => lease.state === 'checking')) return false
  if (lab.boards().some(board => board.status === 'recovery')) return false
  const places = lab.boards().map(board => ({
    id: board.config.id,
    family: board.config.family,
    site: '',
    free: board.usable && board.lease === null,
    uses: 0,
    lastUsedAt: null,
  }))
  const room = new Map(lab.families().map(family => [family.name, family.limit - family.running]))
  return decide(claimsOf(lab.state()), places, room, clock.now()).length === 0
}

async function check(under: LabUnderTest, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  await until(() => settled(under), 'the queue starts whatever can start')
  const { lab, site } = under
  expect(site.violations).toEqual([])
  for (const [id, final] of acknowledged) {
    const run = await lab.run(id)
    expect(run, `${id} was acknowledged`).not.toBeNull()
    if (final !== '') expect(run?.state).toBe(final)
  }
}

type Command =
  | { c: 'submit'; family: string; priority: Priority }
  | { c: 'lend'; target: string }
  | { c: 'release'; pick: number }
  | { c: 'end'; pick: number; how: 'pass' | 'fail' | 'board' | 'lab' | 'dirty' }
  | { c: 'cancel'; pick: number }
  | { c: 'move'; pick: number; priority: Priority }
  | { c: 'pass time'; ms: number }
  | { c: 'clock steps'; ms: number }
  | { c: 'maintain'; board: string; on: boolean }
  | { c: 'power'; board: string }
  | { c: 'deliver' }
  | { c: 'restart' }

const priority = fc.constantFrom(1 as const, 2 as const, 3 as const)
const board = fc.constantFrom(...BOARDS.map(config => config.id))
const pick = fc.nat(20)
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      c: fc.constant('submit' as const),
      family: fc.constantFrom('socA', 'socB'),
      priority,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      c: fc.constant('lend' as const),
      target: fc.oneof(fc.constantFrom('socA', 'socB'), board),
    }),
  },
  { weight: 2, arbitrary: fc.record({ c: fc.constant('release' as const), pick }) },
  {
    weight: 5,
    arbitrary: fc.record({
      c: fc.constant('end' as const),
      pick,
      how: fc.constantFrom(
        'pass' as const,
        'fail' as const,
        'board' as const,
        'lab' as const,
        'dirty' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('cancel' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('move' as const), pick, priority }) },
  {
    weight: 2,
    arbitrary: fc.record({
      c: fc.constant('pass time' as const),
      ms: fc.constantFrom(1_000, 31_000, 1_900_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      c: fc.constant('clock steps' as const),
      ms: fc.constantFrom(-86_400_000, -3_600_000, -500, 500, 40_000, 3_600_000, 86_400_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('maintain' as const), board, on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('power' as const), board }) },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('deliver' as const) }) },
  { weight: 1, arbitrary: fc.record({ c: fc.constant('restart' as const) }) },
)

function choose<T>(items: readonly T[], at: number): T | undefined {
  return items.length === 0 ? undefined : items[at % items.length]
}

async function act(
  under: LabUnderTest,
  command: Command,
  acknowledged: Map<string, string>,
): Promise<LabUnderTest> {
  const { lab, site, clock } = under
  switch (command.c) {
    case 'submit': {
      const file = { name: 'hello', size: 3, open: () => Readable.from([Buffer.from('abc')]) }
      const run = await lab.submit(
        {
          family: command.family,
          board: null,
          program: { kind: 'file', file },
          args: [],
          env: {},
          priority: command.priority,
          timeoutMs: null,
        },
        MEI,
        HERE,
      )
      expect(acknowledged.has(run.id)).toBe(false)
      acknowledged.set(run.id, '')
      return under
    }
    case 'lend':
      await lab.lend({ target: command.target, termMs: null }, KAI, HERE)
      return under
    case 'release': {
      const lease = choose(
        lab.leases().filter(entry => entry.state === 'active' || entry.state === 'waiting'),
        command.pick,
      )
      if (lease !== undefined) await lab.release(lease.id, KAI)
      return under
    }
    case 'end': {
      const going = choose([...site.tests.values()], command.pick)
      if (going === undefined) return under
      const failure = {
        failure: { class: 'test', cause: 'exit status', blame: 'none' },
        message: 'exit 3',
        hint: '',
      } as const
      if (command.how === 'pass') going.finish({})
      else if (command.how === 'fail') going.finish({ status: 3, failure })
      else if (command.how === 'dirty') going.finish({ status: 3, failure, boardClean: false })
      else if (command.how === 'board') going.fail(silent(going.job.board.id))
      else
        going.fail(
          new LabError('x', 'the lab broke', {
            hint: '',
            failure: { class: 'infrastructure', cause: 'internal', blame: 'lab' },
          }),
        )
      const id = 'id' in going.job ? going.job.id : ''
      await until(() => site.tests.get(id) !== going, 'the attempt ends')
      return under
    }
    case 'cancel': {
      const run = choose(
        Object.values(lab.state().runs).filter(
          entry => !isFinal(entry.state) && entry.state !== 'collecting',
        ),
        command.pick,
      )
      if (run !== undefined) await lab.cancel(run.id, MEI)
      return under
    }
    case 'move': {
      const run = choose(
        Object.values(lab.state().runs).filter(entry => entry.state === 'queued'),
        command.pick,
      )
      if (run !== undefined) await lab.move(run.id, command.priority, MEI)
      return under
    }
    case 'pass time':
      await clock.pass(command.ms)
      await lab.expireLeases()
      await lab.sweep()
      return under
    case 'clock steps': {
      const left = (): (number | null)[] => lab.leases().map(({ until: end }) => end && end - lab.now())
      const before = left()
      const isStep = Math.abs(command.ms) >= 1_000
      clock.step(command.ms)
      if (isStep) expect(left()).toEqual(before)
      await lab.sweep()
      if (isStep) expect(left()).toEqual(before)
      return under
    }
    case 'maintain':
      await lab.maintain(command.board, command.on ? { reason: 'new fan', untilMs: null } : null, KAI)
      return under
    case 'power':
      // A board without power control, or one that is being switched, refuses; that is an answer.
      await lab
        .power(command.board, 'cycle', KAI, 'asked')
        .catch((error: unknown) => expect(error).toBeInstanceOf(LabError))
      return under
    case 'deliver':
      await under.deliver()
      return under
    case 'restart':
      return await under.restart()
  }
}

async function finishAll(start: LabUnderTest): Promise<void> {
  const { lab, site, clock } = start
  for (const { id } of BOARDS) await lab.maintain(id, null, KAI)
  for (let round = 0; round < 200; round++) {
    for (const lease of lab.leases())
      if (lease.state === 'active' || lease.state === 'waiting') await lab.release(lease.id, KAI)
    for (const { id } of BOARDS)
      if (lab.board(id)?.usable === false && lab.board(id)?.lease === null)
        await lab.check(id, KAI).catch(() => {})
    await until(() => settled(start), 'the queue starts whatever can start')
    for (const going of site.tests.values()) going.finish({})
    await clock.pass(31_000)
    await lab.sweep()
    if (Object.values(lab.state().runs).every(run => isFinal(run.state))) return
  }
  throw new Error('runs are left over')
}

test('P25 P26 P27 whatever people, boards, time and restarts do: one holder a board, the law of the queue, nothing acknowledged lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCommand, { maxLength: 25 }), async commands => {
      let under = await openLab({ boards: BOARDS })
      const acknowledged = new Map<string, string>()
      try {
        for (const command of commands) {
          under = await act(under, command, acknowledged)
          await check(under, acknowledged)
          for (const id of acknowledged.keys()) {
            const run = (await under.lab.run(id)) as Run
            if (isFinal(run.state)) acknowledged.set(id, run.state)
          }
        }
        await finishAll(under)
        await under.deliver()
        for (const id of acknowledged.keys()) expect(under.lab.state().runs[id]).toBeUndefined()
        for (const id of acknowledged.keys())
          expect(isFinal((await under.lab.run(id))?.state ?? 'queued')).toBe(true)
        expect(under.storage.runs.list().length).toBe(acknowledged.size)
      } finally {
        await under.close()
      }
    }),
    { numRuns: 100, endOnFailure: false },
  )
}, 240_000)
