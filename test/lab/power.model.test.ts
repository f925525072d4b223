import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import type { Person } from '../../src/lab/types.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, POWER as power } from './samples.ts'

const OPS: Person = { id: 'ops', name: 'ops', platform: 'terminal' }
const BOARDS = [aBoard('a1', { power }), aBoard('a2', { power })]
const CONSOLE = { since: 0, lastByteAt: 0, problem: null, head: 0 }
const REQUEST = {
  family: 'socA',
  board: null,
  program: { kind: 'shell', command: 'true' },
  args: [],
  env: {},
  priority: 2,
  timeoutMs: null,
} as const

/** `cut short`: switched, and killed before the outlet did anything. */
type Command =
  | { c: 'switch' | 'cut short'; board: string; action: 'on' | 'off' | 'cycle'; by: Person }
  | { c: 'lend' | 'stick' | 'let' | 'silence' | 'wake' | 'lose' | 'find'; board: string }
  | { c: 'submit' | 'end' | 'release' | 'pass time' | 'kill' }

const board = fc.constantFrom('a1', 'a2')
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      c: fc.constantFrom('switch' as const, 'switch' as const, 'cut short' as const),
      board,
      action: fc.constantFrom('on' as const, 'off' as const, 'cycle' as const),
      by: fc.constantFrom(OPS, KAI),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      c: fc.constantFrom(
        'lend' as const,
        'stick' as const,
        'let' as const,
        'silence' as const,
        'wake' as const,
        'lose' as const,
        'find' as const,
      ),
      board,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      c: fc.constantFrom(
        'submit' as const,
        'end' as const,
        'release' as const,
        'pass time' as const,
        'kill' as const,
      ),
    }),
  },
)

/** Nothing is being switched or looked after, but where the outlet is stuck. */
function isQuiet({ lab, site }: LabUnderTest): boolean {
  const free = (id: string): boolean => !site.stuck.has(id)
  if (Object.values(lab.state().power).some(event => free(event.board))) return false
  return !lab.boards().some(each => free(each.config.id) && each.status === 'recovery')
}

function letAll({ site }: LabUnderTest): void {
  for (const { id } of BOARDS) site.let(id)
}

async function killed(under: LabUnderTest): Promise<LabUnderTest> {
  const off = [...under.site.outlets].flatMap(([id, state]) => (state === 'off' ? [id] : []))
  const again = await under.restart([...under.site.dead, ...off])
  letAll(under)
  return again
}

async function act(under: LabUnderTest, command: Command, given: Set<string>): Promise<LabUnderTest> {
  const { lab, site, clock } = under
  switch (command.c) {
    case 'cut short':
    case 'switch': {
      if (command.c === 'cut short') site.stuck.add(command.board)
      const switched = lab.power(command.board, command.action, command.by, '')
      // One that is being switched already refuses; that is an answer.
      await switched.then(
        event => given.add(event.id),
        (error: unknown) => expect(error).toBeInstanceOf(LabError),
      )
      return command.c === 'cut short' ? await killed(under) : under
    }
    case 'lend':
      await lab.lend({ target: command.board, termMs: null }, KAI, HERE)
      return under
    case 'release':
      for (const { id, state } of lab.leases())
        if (state === 'active' || state === 'waiting') await lab.release(id, KAI)
      return under
    case 'submit':
      await lab.submit(REQUEST, MEI, HERE)
      return under
    case 'end':
      for (const going of site.tests.values()) going.finish({})
      return under
    case 'stick':
      site.stuck.add(command.board)
      return under
    case 'let':
      site.let(command.board)
      return under
    case 'silence':
      site.dead.add(command.board)
      return under
    case 'wake':
      site.dead.delete(command.board)
      return under
    case 'lose':
    case 'find':
      site.news(command.board, { kind: 'state', state: { ...CONSOLE, connected: command.c === 'find' } })
      return under
    case 'pass time':
      await clock.pass(700_000)
      // It looks after what it finds silent, which takes as long as the outlet is stuck.
      await Promise.race([lab.checkBoards(), until(() => isQuiet(under), 'nothing else goes on')])
      await lab.sweep()
      return under
    case 'kill':
      return await killed(under)
  }
}

function offOnPurpose({ lab, site }: LabUnderTest): ReadonlyMap<string, number> {
  const off = lab.boards().filter(each => each.state.condition === 'off')
  const times = (id: string): number => site.powered.filter(each => each.board === id).length
  return new Map(off.map(({ config: { id } }) => [id, times(id)]))
}

test('P27 H18.5 H18.6 whatever is switched, held, lost or killed: no switch that was acknowledged is lost or left open, and nobody but a person ends what a person switched off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCommand, { maxLength: 16 }), async commands => {
      let under = await openLab({ boards: BOARDS })
      const given = new Set<string>()
      try {
        for (const command of commands) {
          const before = offOnPurpose(under)
          const site = under.site
          under = await act(under, command, given)
          await until(() => isQuiet(under), 'nothing goes on but what is stuck')
          for (const id of given) expect(await under.lab.powerEvent(id), id).not.toBeNull()
          expect(under.site.violations).toEqual([])
          if (command.c === 'switch' || under.site !== site) continue
          const after = offOnPurpose(under)
          for (const [id, times] of before) {
            if (after.has(id)) expect(after.get(id)).toBe(times)
            // It answered: somebody has switched it on by hand.
            else expect(under.lab.board(id)?.state.condition).toBe('ready')
          }
          for (const id of after.keys()) expect(under.lab.board(id)?.usable).toBe(false)
        }
        letAll(under)
        await until(() => isQuiet(under), 'everything has come to its end')
        for (const id of given) {
          expect((await under.lab.powerEvent(id))?.endedAt).not.toBeNull()
          expect(under.storage.power.list().filter(entry => entry.id === id)).toHaveLength(1)
        }
      } finally {
        letAll(under)
        await under.close()
      }
    }),
    { numRuns: 100, endOnFailure: false },
  )
}, 240_000)
