import { expect, test } from 'vitest'
import { textOf } from '../../src/cards/text.ts'
import type { Run } from '../../src/cards/view.ts'
import { ConfigError, RefusedError } from '../../src/errors.ts'
import type { Alert, Role } from '../../src/lab/types.ts'
import { FRAME } from '../cards/draw.ts'
import { ask, read } from './ask.ts'
import {
  createLabPort,
  makeBoard,
  makeLease,
  makePower,
  makeRun,
  makeState,
  makeWaiting,
  NOON,
  person,
} from './lab-port.ts'

const roles = { ops: 'operator', jin: 'operator', root: 'admin' } as const
const held = (): ReturnType<typeof makeBoard>[] => [
  makeBoard('soc-b-001', { lease: makeLease(), status: 'in_use' }),
]

test('an unknown family: the nearest, all there are, and the line as it was meant', async () => {
  const lab = createLabPort()
  expect(await read(lab, 'run-test scoA ./hello')).toEqual([
    'There is no family "scoA". Did you mean socA? Families: socA, socB.',
    'run-test socA ./hello',
  ])
  expect(await ask(lab, 'run-test scoA ./hello')).toMatchObject({
    exit: 3,
    fault: { code: 'not-found', hint: 'run-test socA ./hello' },
  })
})

test('the corrected line keeps every other word as it was typed', async () => {
  const [, hint] = await read(createLabPort(), 'run-test scoA "./my hello" --env=A="b c" -- --yes "&"')
  expect(hint).toBe("run-test socA './my hello' --env='A=b c' -- --yes '&'")
})

test('M4.4 a full queue: how full, when there is room, and where there is room now', async () => {
  const waiting = Array.from({ length: 50 }, (_, index) =>
    makeWaiting({ id: `T${index + 1}`, startsIn: { medianMs: (3 + index) * 60_000, p90Ms: 1e6 } }),
  )
  const lab = createLabPort({
    queue: () => ({ waiting, running: [], averageWaitMs: 0, limit: 50 }),
    submit: async () => {
      throw new RefusedError('queue-full', 'full', { hint: '' })
    },
  })
  const file = async (name: string) => ({ name, size: 1, open: () => expect.unreachable() })
  expect(await read(lab, 'run-test socA ./hello', { file })).toEqual([
    'Cannot queue T—: the queue is full (50 waiting, limit 50). The next place comes free in about 3 min.',
    'Try again then, or run it on socB, which is free: run-test socB ./hello',
  ])
  expect((await read(lab, 'run-test socA --shell "uname -a"'))[1]).toBe(
    "Try again then, or run it on socB, which is free: run-test socB --shell 'uname -a'",
  )
})

test('M4.4 running a test again is refused by a full queue too, without a line that nobody typed', async () => {
  const lab = createLabPort({
    state: () => makeState({ runs: { T12: makeRun({ id: 'T12' }) } }),
    rerun: async () => {
      throw new RefusedError('queue-full', 'full', { hint: '' })
    },
  })
  expect(await read(lab, 'tests rerun T12')).toEqual([
    'Cannot queue T—: the queue is full (0 waiting, limit 50).',
    'Try again when a test has started (see: queue).',
  ])
})

test('S3 a missing role: which, who has it, and who holds the board and can do it', async () => {
  const lab = createLabPort({ roles, boards: held })
  expect(await read(lab, 'mei: power cycle soc-b-001')).toEqual([
    'power cycle soc-b-001 needs the role operator.',
    'Operators: @ops, @jin. @kai holds this board until 15:30 and can do it.',
  ])
  expect(await ask(lab, 'mei: power cycle soc-b-001')).toMatchObject({
    exit: 3,
    fault: { code: 'not-allowed', decision: 'refused' },
  })
})

test('S3 a refusal carries people as people, for platforms that show them by their ids', async () => {
  const lab = createLabPort({ boards: held, roleOf: () => 'user', peopleWith: () => ['U0OPS', 'jin'] })
  const outcome = await ask(lab, 'mei: power cycle soc-b-001')
  const people = (runs: readonly Run[] = []): readonly string[] =>
    runs.flatMap(run => (run.r === 'user' ? [run.id] : []))
  const [said] = outcome.view.parts
  expect(said?.t === 'text' && people(said.runs)).toEqual(['U0OPS', 'jin', 'kai'])
  expect(people(outcome.view.summaryRuns)).toEqual(['U0OPS', 'jin', 'kai'])
  expect(textOf(outcome.view.summaryRuns ?? [], FRAME)).toBe(outcome.view.summary.replaceAll('\n', ' '))
})

test('S3 a click after the role was taken away is refused: it is looked at when it is acted on', async () => {
  const roles: Record<string, Role> = { ops: 'operator', jin: 'operator' }
  const lab = createLabPort({ roles, boards: held, power: async () => makePower() })
  const drawn = await ask(lab, 'ops: power cycle soc-b-001')
  const [button] = drawn.view.parts.flatMap(part => (part.t === 'actions' ? part.items : []))
  expect(button?.line).toBe('power cycle soc-b-001 --yes')
  roles['ops'] = 'user'
  expect(await ask(lab, `ops: ${button?.line}`)).toMatchObject({
    kind: 'fault',
    fault: { code: 'not-allowed', decision: 'refused', hint: expect.stringContaining('Operators: @jin.') },
  })
})

test('a role nobody has says where to give it', async () => {
  const lab = createLabPort({ roles: { root: 'admin' } })
  expect(await read(lab, 'boards maintain soc-a-001 --off')).toEqual([
    'boards maintain soc-a-001 needs the role operator.',
    'Nobody has it yet: boards.yaml, people.operators.',
  ])
})

test('M4.6 another’s test is moved and cancelled by its owner or an admin only', async () => {
  const runs = { T12: makeRun({ id: 'T12', submitter: person('li') }) }
  const lab = createLabPort({
    roles,
    state: () => makeState({ runs }),
    move: async () => runs.T12,
    cancel: async () => runs.T12,
  })
  expect(await read(lab, 'mei: queue move T12 high')).toEqual([
    'queue move T12 needs the role admin.',
    'Admins: @root. @li submitted it and can do it.',
  ])
  expect((await ask(lab, 'ops: queue cancel T12')).exit).toBe(3)
  for (const line of ['li: queue move t12 high', 'root: queue cancel T12'])
    expect((await ask(lab, line)).kind).toBe('done')
})

test('a lease is its holder’s or an operator’s to extend and release', async () => {
  const lab = createLabPort({
    roles,
    state: () => makeState({ leases: { L7: makeLease() } }),
    release: async () => makeLease(),
  })
  expect(await read(lab, 'mei: lease release L7')).toEqual([
    'lease release L7 needs the role operator.',
    'Operators: @ops, @jin. @kai holds it until 15:30 and can do it.',
  ])
  expect((await ask(lab, 'kai: lease release L7')).kind).toBe('done')
  expect((await ask(lab, 'ops: lease release L7')).kind).toBe('confirm')
})

test('S1 H16.6 an alert is an operator’s to acknowledge; whoever is second sees on the card who was first', async () => {
  const alert = { id: 'A5', cause: 'wait', text: 'long waits', since: NOON, resolvedAt: null }
  const alerts: Record<string, Alert> = { A5: alert }
  const lab = createLabPort({
    roles,
    state: () => makeState({ alerts }),
    acknowledge: async (id, by) => {
      alerts[id] = { ...alert, acknowledged: { by, at: NOON } }
      return alerts[id]
    },
  })
  expect((await read(lab, 'mei: alerts ack A5'))[0]).toBe('alerts ack A5 needs the role operator.')
  const expect5 = { topic: 'alert/A5', rev: 0 }
  expect(await read(lab, 'ops: alerts ack a5', { expect: expect5 })).toEqual([
    'A5 alert: long waits (since 12:00)',
    'acknowledged by @ops, 12:00',
  ])
  expect(await read(lab, 'jin: alerts ack A5', { expect: expect5 })).toEqual([
    'A5 alert: long waits (since 12:00)',
    'This moved on since it was shown: nothing was done. Here is how it is now.',
    'acknowledged by @ops, 12:00',
  ])
})

test('audit and settings are the admins’', async () => {
  const lab = createLabPort({ roles })
  for (const line of ['ops: audit', 'ops: settings reload'])
    expect((await read(lab, line))[1]).toBe('Admins: @root.')
})

test('M2.5 a bad boards.yaml: everything wrong, and since when the old one counts', async () => {
  const problems = [
    'boards.yaml:14:5  boards[2].telent_port: unknown key. Did you mean telnet_port?',
    "boards.yaml:21:17 boards[3].pdu_outlet: outlet 1 of pdu-a.lab.local is already soc-a-001's (line 9).",
  ]
  const lab = createLabPort({
    reload: async () => {
      throw new ConfigError(problems, 'Fix it.')
    },
  })
  expect(await read(lab, 'settings reload')).toEqual([
    ...problems,
    'Nothing was changed; the lab goes on with the inventory loaded at 09:12.',
  ])
})

test('what nobody foresaw gets a reference, its stack goes to the log, and what is safe is said', async () => {
  const errors: Record<string, unknown>[] = []
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields: Record<string, unknown>) => void errors.push(fields),
  }
  const lab = createLabPort({
    logLink: () => {
      throw new TypeError('secret inside')
    },
  })
  const outcome = await ask(lab, 'run-test socA --shell true', {}, log)
  const name = outcome.kind === 'fault' ? outcome.fault.reference : undefined
  expect(name).toMatch(/^[2-9B-DF-HJ-NP-TV-Z]{4}$/)
  expect(outcome.view.summary).toBe(
    `Something broke on our side (reference ${name}). Your test T1 is queued and safe.\nAn admin can look it up: audit ${name}`,
  )
  expect(outcome).toMatchObject({ exit: 2, fault: { code: 'internal' } })
  expect(errors[0]).toMatchObject({ reference: name, line: 'run-test socA --shell true' })
  expect(lab.entries[0]).toMatchObject({ reference: name, decision: 'allowed' })
})

test('an unknown command: the nearest as lines that would run, and help', async () => {
  const lab = createLabPort()
  expect(await read(lab, 'qeueu')).toEqual([
    'There is no command "qeueu". Did you mean one of these?',
    'See what there is: help',
    '  1) queue',
  ])
  expect((await read(lab, 'tests shwo T12')).at(-1)).toBe('  1) tests show T12')
  expect(await read(lab, 'xyzzy')).toEqual(['There is no command "xyzzy".', 'See what there is: help'])
  expect(await read(lab, 'power')).toEqual(['power needs a verb: cycle, off, on, status.', 'See: help power'])
  expect(await read(lab, '')).toEqual(['There is no command "".', 'See what there is: help'])
})

test('priority and duration that are none, a flag that is none, and a missing name: all at once, each with its field', async () => {
  const lab = createLabPort()
  expect(
    (await read(lab, 'run-test socA ./x --priority hihg --timeout soon --env K --colour red')).slice(0, 4),
  ).toEqual([
    '--env "K" is no NAME=VALUE',
    '--colour is no flag of run-test. Flags: --priority, --timeout, --env, --board, --collect, --entry, --shell.',
    '--priority "hihg" is none of high, normal, low. Did you mean high?',
    '--timeout "soon" is no duration: write 90s, 30m, 2h or 1h30m',
  ])
  const outcome = await ask(lab, 'run-test --timeout 0s')
  expect(outcome.kind === 'fault' && outcome.fault.fields?.map(each => each.field)).toEqual([
    'family',
    'timeout',
    'binary',
  ])
})

test('an unclosed quote is shown where it is', async () => {
  expect(await read(createLabPort(), 'run-test socA "./hello')).toEqual([
    'The quote " at character 15 is never closed: …n-test socA ⟨here⟩"./hello',
    'Close it with ", or put a backslash before a quote that is meant as it stands.',
  ])
})

test('a board or verb that was mistyped is found', async () => {
  const lab = createLabPort()
  expect((await read(lab, 'boards show soc-a-01'))[0]).toContain(
    'There is no board "soc-a-01". Did you mean soc-a-001? Boards: soc-a-001,',
  )
  expect((await read(lab, 'lease lsit')).at(-1)).toBe('lease list')
  expect((await read(lab, 'boards soc-a-001')).at(-1)).toBe('  1) boards show soc-a-001')
  expect((await read(lab, 'help qeue'))[0]).toBe('There is no command "qeue". Did you mean queue?')
})
