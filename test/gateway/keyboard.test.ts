import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HardwareError, InputError, LeaseLostError } from '../../src/errors.ts'
import type { Line } from '../../src/gateway/line.ts'
import { createTable } from '../../src/gateway/table.ts'
import type { GatewayDeps } from '../../src/gateway/types.ts'
import type { Attachment, Pen, Seat } from '../../src/lab/lab.ts'
import { silentLog } from '../../src/log.ts'
import { createLabPort, makeLease, person } from '../commands/lab-port.ts'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'

/** A person without a socket: what they are shown, and a way to press keys. */
function aLine() {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let taker: (bytes: Uint8Array) => void = () => {}
  const said: string[] = []
  const calls: string[] = []
  const ends: string[] = []
  const line: Line = {
    address: '127.0.0.1',
    view: {
      board: () => {},
      say: (...lines) => void said.push(...lines),
      write: () => {},
      hold: () => {},
      release: () => {},
      begin: () => {},
    },
    take: next => {
      taker = next
    },
    echo: () => {},
    speaksTelnet: () => false,
    watchPulse: () => {},
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    end: (...lines) => {
      ends.push(...lines)
      resolve()
    },
    closed,
  }
  return { line, said, calls, ends, press: (keys: string) => taker(Buffer.from(keys)), leave: resolve }
}

/** A board with one lease at a time; `write` is what the console does with a key. */
async function aTable(write: Pen['write'] = async () => {}) {
  const lab = createLabPort()
  const current = { lease: 'L1' }
  const ends = new Set<() => void>()
  const typed: string[] = []
  lab.lease = id => makeLease({ id, board: 'a1', state: id === current.lease ? 'active' : 'released' })
  let vanish: (why: string) => void = () => {}
  lab.consoles.watch = async (_board, _console, { onEnd }) => {
    vanish = onEnd
    return { state: { connected: true, head: 0 }, close: () => {} } as Attachment
  }
  lab.consoles.read = async function* () {}
  lab.consoles.type = async (seat: Seat, onEnd) => {
    const { lease } = seat
    if (lease === null || lease !== current.lease) throw new InputError(`${lease} is over`, { hint: '' })
    let isOpen = true
    const end = (): void => onEnd(`${lease} has ended.`)
    ends.add(end)
    return {
      lease,
      holder: person('holder'),
      close: () => {
        isOpen = false
        ends.delete(end)
      },
      write: async bytes => {
        if (!isOpen || lease !== current.lease) throw new Error('the lab let a late key through to the site')
        typed.push(Buffer.from(bytes).toString())
        await write(bytes)
      },
      sendBreak: async () => void typed.push('break'),
    }
  }
  const clock = createFakeClock()
  const deps: GatewayDeps = { lab, clock, log: silentLog }
  const table = await createTable({ board: 'a1', console: null }, deps, { did: () => {}, refused: () => {} })
  return {
    table,
    typed,
    current,
    vanish: (why: string) => vanish(why),
    endLease(next: string) {
      current.lease = next
      for (const end of [...ends]) end()
    },
  }
}

const NOTHING = new Uint8Array(0)
type Person = ReturnType<typeof aLine> & { name: string; lease: string | null; here: boolean }
const who = fc.nat(5)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('come' as const), types: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('give' as const), who, to: who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), who }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('type' as const), who }) },
  fc.record({ kind: fc.constant('leave' as const), who }),
  fc.record({ kind: fc.constant('end' as const) }),
)

test('M3.8 whoever comes, asks, gives and leaves: one types at a time, by the holder’s will, and only while the lease lasts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 60, size: 'max' }), async steps => {
      const { table, typed, current, endLease } = await aTable()
      const people: Person[] = []
      // The model: who types, and under which lease the keyboard is.
      let typist: Person | null = null
      let pen: string | null = null
      const expected: string[] = []
      const isHolder = (each: Person): boolean => each.lease !== null && each.lease === pen
      const pick = (at: number): Person | undefined => {
        const here = people.filter(each => each.here)
        return here[at % Math.max(1, here.length)]
      }
      for (const [at, each] of steps.entries()) {
        if (each.kind === 'come') {
          const one = { ...aLine(), name: `p${at}`, lease: each.types ? current.lease : null, here: true }
          await table.join(
            one.line,
            { board: 'a1', console: null, person: person(one.name), lease: one.lease },
            NOTHING,
          )
          people.push(one)
          if (each.types) [typist, pen] = [one, current.lease]
          continue
        }
        if (each.kind === 'end') {
          endLease(`L${at + 2}`)
          typist = pen = null
          continue
        }
        const one = pick(each.who)
        if (one === undefined) continue
        if (each.kind === 'type') {
          one.press(one === typist ? String(at) : '\x03')
          if (one === typist) expected.push(String(at))
        } else if (each.kind === 'ask') {
          one.press('\x1dask\r')
          if (isHolder(one)) typist = one
          else if (typist === null && one.lease === current.lease) [typist, pen] = [one, current.lease]
        } else if (each.kind === 'give') {
          const to = pick(each.to)
          if (to === undefined) continue
          one.press(`\x1dgive ${to.name}\r`)
          const may = typist !== null && (isHolder(one) || (one === typist && isHolder(to)))
          if (may && to !== one) typist = to
        } else {
          one.leave()
          one.here = false
          if (one === typist) {
            typist = (isHolder(one) ? undefined : people.find(other => other.here && isHolder(other))) ?? null
            if (typist === null) pen = null
          }
        }
        await new Promise<void>(resolve => setImmediate(resolve))
      }
      expect(typed).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

async function typing(write: Pen['write']) {
  const world = await aTable(write)
  const kai = aLine()
  await world.table.join(
    kai.line,
    { board: 'a1', console: null, person: person('kai'), lease: 'L1' },
    NOTHING,
  )
  kai.said.length = 0
  kai.calls.length = 0
  return { ...world, kai }
}

test('keys that a lost console does not take are not lost unsaid, and it is said once', async () => {
  const lost = new HardwareError('console lost: telnet 10.1.1.1:23', {
    hint: '',
    cause: 'console lost',
    blame: 'board',
  })
  let isDown = true
  const { kai } = await typing(async () => {
    if (isDown) throw lost
  })
  for (const key of 'abc') kai.press(key)
  await until(() => kai.said.length > 0, 'it is said')
  expect(kai.said).toEqual(['Not typed: console lost: telnet 10.1.1.1:23'])
  isDown = false
  kai.press('d')
  await until(() => kai.calls.length >= 4, 'it is taken')
  isDown = true
  kai.press('e')
  await until(() => kai.said.length === 2, 'it is said again')
})

test('P25 whoever the gate refuses types no more', async () => {
  const { kai, typed } = await typing(async () => {
    throw new LeaseLostError('a1', 3, 4)
  })
  kai.press('a')
  await until(() => kai.said.length > 0, 'it is said')
  expect(kai.said).toEqual([
    'L1 has lost the board. Nothing you type goes to a1 any more; you watch. To leave: quit',
  ])
  kai.press('\x03')
  expect(typed).toEqual(['a'])
})

test('whoever pastes more than the board takes is held up on their own side, until it has caught up', async () => {
  const taken: (() => void)[] = []
  const { kai } = await typing(() => new Promise<void>(resolve => taken.push(resolve)))
  const page = 'x'.repeat(40_000)
  kai.press(page)
  expect(kai.calls).toEqual([])
  kai.press(page)
  expect(kai.calls).toEqual(['pause'])
  taken.shift()?.()
  await until(() => kai.calls.includes('resume'), 'it goes on')
})

test('a name that begins like another’s is not the other’s', async () => {
  const { kai, table, typed } = await typing(async () => {})
  const kaiser = aLine()
  await table.join(
    kaiser.line,
    { board: 'a1', console: null, person: person('kaiser'), lease: null },
    NOTHING,
  )
  kai.press('\x1dgive kai\r')
  expect(kai.said.at(-1)).toBe('There is no @kai here. Here: @kaiser.')
  kai.press('x')
  expect(typed).toEqual(['x'])
})

test('a console that is stuck holds nobody up who types no more: the lease ends, and they can leave', async () => {
  const { kai, endLease } = await typing(() => new Promise<void>(() => {}))
  kai.press('x'.repeat(70_000))
  expect(kai.calls).toEqual(['pause'])
  endLease('L2')
  expect(kai.calls).toEqual(['pause', 'resume'])
})

test('what the last lease’s console never took is not counted against the next one’s', async () => {
  const { kai, table, current, endLease } = await typing(() => new Promise<void>(() => {}))
  kai.press('x'.repeat(70_000))
  endLease('L2')
  const mei = aLine()
  await table.join(
    mei.line,
    { board: 'a1', console: null, person: person('mei'), lease: current.lease },
    NOTHING,
  )
  mei.calls.length = 0
  mei.press('y')
  expect(mei.calls).toEqual([])
})

test('a console that is gone while somebody is on the way there shows them out as it did the others', async () => {
  const { table, vanish } = await aTable()
  vanish('a1 is no board of this lab any more')
  const late = aLine()
  await table.join(late.line, { board: 'a1', console: null, person: person('late'), lease: null }, NOTHING)
  await late.line.closed
  expect(late.ends).toEqual(['a1 is no board of this lab any more. You have been shown out.'])
})

test('whoever leaves while the lab is still asked for the keyboard does not have it', async () => {
  const { kai, table } = await typing(async () => {})
  const seat = { board: 'a1', console: null, person: person('kai'), lease: 'L1' }
  const [second, mei] = [aLine(), aLine()]
  await table.join(second.line, seat, NOTHING)
  await table.join(mei.line, { ...seat, person: person('mei'), lease: null }, NOTHING)
  second.leave()
  await until(() => mei.said.some(each => each.includes('has left')), 'nobody types')
  kai.press('\x1dask\r')
  kai.leave()
  await until(() => mei.said.filter(each => each.includes('has left')).length === 1, 'it is asked')
  for (let turn = 0; turn < 5; turn++) await new Promise<void>(resolve => setImmediate(resolve))
  mei.press('who\r')
  expect(mei.said.at(-1)).toBe('a1: Nobody types. @mei watches. You are @mei.')
})
