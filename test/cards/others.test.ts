import { expect, test } from 'vitest'
import { alertsCard, alertTelling } from '../../src/cards/alert.ts'
import { auditCard } from '../../src/cards/audit.ts'
import { boardCard } from '../../src/cards/board.ts'
import { boardsCard } from '../../src/cards/boards.ts'
import { leaseCard } from '../../src/cards/lease.ts'
import { leaseTelling } from '../../src/cards/lease-telling.ts'
import { leasesCard } from '../../src/cards/leases.ts'
import { logCard } from '../../src/cards/log.ts'
import { maintenanceCard } from '../../src/cards/maintenance.ts'
import { powerCard, powerSentence, powerTelling } from '../../src/cards/power.ts'
import { queueCard } from '../../src/cards/queue.ts'
import { reloadCard } from '../../src/cards/reload.ts'
import { statusCard } from '../../src/cards/status.ts'
import { testsCard } from '../../src/cards/tests.ts'
import { textOf } from '../../src/cards/text.ts'
import type { View } from '../../src/cards/view.ts'
import {
  makeBoard,
  makeBoardState,
  makeLease,
  makePower,
  makeResult,
  makeRun,
  makeStatus,
  makeWaiting,
  NOON,
  person,
} from '../commands/lab-port.ts'
import { draw, FRAME } from './draw.ts'

const MINUTE = 60_000
const title = (view: View): string => textOf(view.title, FRAME)

test('M1.4 the queue shows who waits and who runs, with the last console line', () => {
  const run = makeRun({ id: 'T127', submitter: person('li') })
  const progress = {
    stage: 'running' as const,
    board: 'soc-a-003',
    startedAt: NOON,
    copy: null,
    copied: null,
    lastLine: 'loop 7',
    logBytes: 1,
  }
  const queue = {
    waiting: [
      makeWaiting({
        id: 'T131',
        position: 1,
        priority: 1,
        what: 'conv2d',
        startsIn: { medianMs: 1_000, p90Ms: 2_000 },
      }),
      makeWaiting({ position: 2 }),
    ],
    running: [{ run, progress, elapsedMs: 42_000 }],
    averageWaitMs: 4 * MINUTE,
    limit: 50,
  }
  expect(draw(queueCard(queue, FRAME))).toEqual([
    'Queue · 2 waiting, 1 running                                  average wait 4 min',
    'waiting',
    '     id    priority  what    on    who   starts',
    '  1  T131  high      conv2d  socA  @mei  now',
    '  2  T128  normal    hello   socA  @mei  ~6 min',
    'running',
    '  id    board      what   who  for    last line',
    '  T127  soc-a-003  hello  @li  00:42  loop 7',
  ])
  expect(draw(queueCard({ waiting: [], running: [], averageWaitMs: 0, limit: 50 }, FRAME))[1]).toContain(
    'Nothing waits',
  )
})

test('the boards say what they do, until when, and what is wrong', () => {
  const boards = [
    makeBoard('soc-a-001', {
      status: 'in_use',
      lease: makeLease({ holder: { kind: 'run', run: 'T131', attempt: 1 }, since: NOON - 12_000 }),
    }),
    makeBoard('soc-a-002', {
      status: 'recovery',
      usable: false,
      state: makeBoardState('soc-a-002', { reason: 'power, 2 of 3' }),
    }),
    makeBoard('soc-a-003'),
    makeBoard('soc-b-001', { status: 'in_use', lease: makeLease() }),
    makeBoard('soc-b-002', {
      status: 'maintenance',
      usable: false,
      state: makeBoardState('soc-b-002', {
        maintenance: { since: 0, until: NOON + 69 * 60 * MINUTE, reason: 'new fan', by: person('ops') },
      }),
    }),
    makeBoard('soc-b-003', {
      health: 'unhealthy',
      usable: false,
      state: makeBoardState('soc-b-003', { unhealthy: { since: NOON - 20 * MINUTE, reason: 'no console' } }),
    }),
  ]
  expect(draw(boardsCard(boards, FRAME), 100)).toEqual([
    'Boards · 3 of 6 usable, 1 recovering, 1 unhealthy',
    '  board      family     status                             site',
    '  soc-a-001  socA rev2  testing T131 (00:12)               Lab Site A',
    '  soc-a-002  socA rev2  recovering (power, 2 of 3)         Lab Site A',
    '  soc-a-003  socA rev2  free                               Lab Site A',
    '  soc-b-001  socB rev2  leased @kai until 15:30            Lab Site B',
    '  soc-b-002  socB rev2  maintenance until Mon 09:00        Lab Site B  "new fan" @ops',
    '  soc-b-003  socB rev2  unhealthy: no console since 11:40  Lab Site B',
    '  1) Check soc-b-003         boards health soc-b-003',
    '  2) Power cycle soc-b-003   power cycle soc-b-003',
  ])
})

test('other conditions of a board have their words too', () => {
  const word = (more: Parameters<typeof makeBoard>[1]): string =>
    title(boardCard(makeBoard('soc-a-001', more), [], FRAME))
  expect(
    word({ status: 'offline', state: makeBoardState('soc-a-001', { reason: 'connection refused' }) }),
  ).toContain('offline: connection refused since 11:00')
  expect(word({ status: 'unknown' })).toContain('free, not checked yet')
  expect(word({ status: 'flashing' })).toContain('flashing')
  expect(word({ status: 'in_use', heldBy: 'T9' })).toContain('in use by T9')
  expect(word({ leaving: true })).toContain('leaving the lab')
  expect(word({ status: 'maintenance' })).toContain('maintenance')
})

test('H18.5 a board’s card has its console, its power method and history, and never its log-in', () => {
  const state = makeBoardState('soc-a-001', { failures: [{ at: NOON, run: 'T9', message: 'no prompt' }] })
  const board = makeBoard('soc-a-001', { state, reason: 'two failures' })
  const lines = draw(
    boardCard(board, [makePower({ endedAt: NOON, before: 'on', after: 'on', back: true })], FRAME),
  )
  const text = lines.join('\n')
  expect(text).toContain('console   telnet 10.1.2.101:23, connected, last heard 2 s ago')
  expect(text).toContain('power     on (snmp, pdu-a.lab.local outlet 2)')
  expect(text).toContain('on before, read back on, back at its prompt after 20 s')
  expect(text).toContain('12:00 T9: no prompt')
  expect(text).not.toContain('hunter2')
  const bare = makeBoard('soc-a-001', { connected: null, lastByteAt: null })
  expect(
    draw(boardCard({ ...bare, config: { ...bare.config, power: null } }, [], FRAME)).join('\n'),
  ).toContain('no power control')
})

test('M3.6 a lease says until when, how to use the board, and what runs on it', () => {
  const facts = {
    lease: makeLease(),
    waiting: null,
    waitingInAll: 0,
    board: makeBoard('soc-b-001', { people: { typing: 'kai', watching: ['mei', 'li'] } }),
    gateway: { host: 'lab-gw', port: 7023 },
    viewer: person('kai'),
  }
  expect(draw(leaseCard(facts, FRAME))).toEqual([
    'L7 · soc-b-001 · yours until 15:30 (2 h)                                    @kai',
    '  console  telnet lab-gw 7023 (recorded; 2 watching)',
    '  power    power cycle soc-b-001',
    '  running  Linux 6.1.92',
    '  1) Extend 30 min   lease extend L7 30m',
    '  2) Release         lease release L7',
    '  3) Console         lease console L7',
    '  4) Watch console   boards watch soc-b-001',
  ])
  const handed = makeBoard('soc-b-001', { people: { typing: 'mei', watching: ['kai'] } })
  expect(draw(leaseCard({ ...facts, board: handed }, FRAME))[1]).toBe(
    '  console  telnet lab-gw 7023 (recorded; @mei types, 1 watching)',
  )
  const closed = draw(leaseCard({ ...facts, board: makeBoard('soc-b-001'), gateway: null }, FRAME))
  expect(closed[1]).toBe('  console  telnet 10.1.2.101:23 (recorded)')
  expect(closed.join('\n')).not.toContain('Console ')
  expect(title(leaseCard({ ...facts, viewer: person('mei') }, FRAME))).toContain('leased until 15:30')
})

test('M3.7 a person without a board sees the place in line', () => {
  const lease = makeLease({ state: 'waiting', board: null, wanted: null, family: 'socB', until: null })
  const waiting = makeWaiting({ id: 'L7', position: 2, why: [] })
  const lines = draw(
    leaseCard({ lease, waiting, waitingInAll: 4, board: null, gateway: null, viewer: null }, FRAME),
  )
  expect(lines[0]).toContain('L7 · socB · waiting')
  expect(lines[1]).toContain('Position 2 of 4 · starts in about 6 min')
  expect(lines.at(-1)).toContain('lease release L7')
})

test('a lease that has ended is final and says why', () => {
  const lease = makeLease({ state: 'expired', ended: 'its time was up' })
  const view = leaseCard(
    { lease, waiting: null, waitingInAll: 0, board: null, gateway: null, viewer: null },
    FRAME,
  )
  expect(view.final).toBe(true)
  expect(draw(view)).toEqual([
    'L7 · soc-b-001 · ended 15:30                                                @kai',
    'its time was up',
    '  1) Lease again   lease soc-b-001',
  ])
})

test('M3.6 the holder is warned with who waits, told when it is theirs and when it has ended', () => {
  const warned = makeLease({ warned: [600_000], until: NOON + 10 * MINUTE })
  const waiter = makeWaiting({ id: 'T133' })
  const view = leaseTelling({ lease: warned, waiter }, FRAME)
  expect(title(view)).toBe('@kai L7 soc-b-001 ends in 10 min. @mei waits for it (T133).')
  expect(draw(view).slice(1)).toEqual([
    '  1) Extend 30 min   lease extend L7 30m',
    '  2) Release now     lease release L7',
  ])
  expect(title(leaseTelling({ lease: makeLease(), waiter: null }, FRAME))).toBe(
    '@kai L7 soc-b-001 is yours until 15:30 (2 h).',
  )
  expect(
    title(
      leaseTelling({ lease: makeLease({ state: 'expired', ended: 'its time was up' }), waiter: null }, FRAME),
    ),
  ).toBe('@kai L7 soc-b-001 has ended: its time was up. The board is free again.')
  expect(
    title(leaseTelling({ lease: makeLease({ state: 'released', ended: null }), waiter: null }, FRAME)),
  ).toBe('@kai L7 soc-b-001 was released.')
  expect(
    title(
      leaseTelling(
        { lease: makeLease({ state: 'released', ended: 'released by @ops' }), waiter: null },
        FRAME,
      ),
    ),
  ).toBe('@kai L7 soc-b-001 has ended: released by @ops.')
})

test('M3.8 whoever waited gets the way to the console with the telling, where there is one', () => {
  const granted = leaseTelling({ lease: makeLease(), waiter: null, hasConsoles: true }, FRAME)
  expect(draw(granted).at(1)).toContain('Console         lease console L7')
  const warned = leaseTelling(
    { lease: makeLease({ warned: [600_000] }), waiter: null, hasConsoles: true },
    FRAME,
  )
  expect(draw(warned).join('\n')).not.toContain('lease console')
})

test('leases are listed with who and until', () => {
  expect(draw(leasesCard([makeLease()], FRAME))).toEqual([
    'Leases · 1 held, 0 waiting',
    '  id  board      who   state   until',
    '  L7  soc-b-001  @kai  active  15:30',
    '  1) Release L7   lease release L7',
  ])
  expect(draw(leasesCard([], FRAME))[1]).toContain('Nobody leases a board')
})

test('H18.7 the card of a power cycle follows off, on, booting, back', () => {
  const at = NOON - 20_000
  const steps = [
    { stage: 'off' as const, t: at },
    { stage: 'on' as const, t: at + 5_000 },
    { stage: 'booting' as const, t: at + 6_000 },
  ]
  expect(draw(powerCard(makePower({ steps }), FRAME))).toEqual([
    'power cycle soc-b-001 · booting                                             @ops',
    '  [ok] off',
    '  [ok] on  after 5 s',
    '  [..] booting  after 6 s',
    '  [  ] back',
  ])
  const back = powerCard(makePower({ steps, endedAt: NOON, back: true, before: 'on', after: 'on' }), FRAME)
  expect(back.final).toBe(true)
  expect(
    draw(back)
      .slice(0, 5)
      .map(line => line.slice(2, 6)),
  ).toEqual(['wer ', '[ok]', '[ok]', '[ok]', '[ok]'])
})

test('H18.7 a board that does not come back is said to be not back, and a cycle is offered again', () => {
  const event = makePower({
    endedAt: NOON,
    back: false,
    before: 'on',
    after: 'on',
    steps: [{ stage: 'booting', t: NOON }],
  })
  const lines = draw(powerCard(event, FRAME))
  expect(lines[0]).toContain('· not back')
  expect(lines).toContain('  [!!] not back')
  expect(lines.join('\n')).toContain('Power cycle again')
  expect(powerSentence(event, FRAME)).toContain('not back at its prompt')
})

test('H18.4 an unconfirmed switch says what happened, and a reading what was read', () => {
  const failure = { class: 'infrastructure', cause: 'power', blame: 'site' } as const
  const lines = draw(
    powerCard(
      makePower({ endedAt: NOON, failure, message: 'no answer from pdu-a outlet 2 within 5 s (3 tries)' }),
      FRAME,
    ),
  )
  expect(lines[0]).toContain('unconfirmed')
  expect(lines).toContain('  [!!] off')
  expect(lines).toContain('no answer from pdu-a outlet 2 within 5 s (3 tries).')
  const read = makePower({ action: 'status', steps: [], endedAt: NOON, after: 'unknown' })
  expect(draw(powerCard(read, FRAME)).slice(0, 2)).toEqual([
    'power status soc-b-001 · unknown                                            @ops',
    "The state of soc-b-001's outlet could not be read.",
  ])
})

test('whoever holds the board is told who switched it and why', () => {
  const event = makePower({ endedAt: NOON, reason: 'no answer', back: true, after: 'on' })
  expect(title(powerTelling(event, person('kai'), FRAME))).toBe(
    '@kai soc-b-001: power cycle by @ops (no answer): read back on, back at its prompt after 20 s',
  )
  expect(title(powerTelling(makePower({ by: null }), null, FRAME))).toBe(
    'soc-b-001: power cycle by the lab, begun at 11:59.',
  )
})

test('tests are listed, a page at a time', () => {
  const runs = [
    makeRun({ state: 'passed', result: makeResult(), times: { passed: NOON } }),
    makeRun({ id: 'T127' }),
  ]
  expect(draw(testsCard(runs, '', 'tests --before T127', FRAME))).toEqual([
    'Tests · 2 newest',
    '  id    what   on    state   who   took   when',
    '  T128  hello  socA  passed  @mei  01:12  12:00',
    '  T127  hello  socA  queued  @mei         11:59',
    '  1) Older   tests --before T127',
  ])
  expect(draw(testsCard([], '', null, FRAME))[1]).toContain('No test fits')
})

test('a log shows its last lines and where all of it is', () => {
  const lines = draw(
    logCard(
      {
        run: makeRun(),
        lines: [
          { t: NOON, text: 'a' },
          { t: NOON, text: '\x1b[31mb' },
        ],
        total: 40,
        matched: 40,
        grep: null,
        times: false,
        url: 'http://lab/T128',
        whole: true,
      },
      FRAME,
    ),
  )
  expect(lines).toEqual([
    'T128 · console log of hello on socA · queued                            40 lines',
    '  a',
    '  b',
    '  last 2 of 40 lines · log: http://lab/T128',
  ])
})

test('S1 the overview has counts, alerts, storage and whether roles are configured', () => {
  const alerts = [
    { id: 'A1', cause: 'wait', text: 'the average wait is 31 min', since: NOON, resolvedAt: null },
  ]
  const inventory = { file: 'boards.yaml', loadedAt: NOON, rolesConfigured: false }
  const storage = { full: true, freeBytes: 0, artifactBytes: 1e9 }
  const text = draw(
    statusCard(makeStatus({ alerts, inventory, storage, infrastructureSuccess: null }), FRAME),
  ).join('\n')
  expect(text).toContain('alert A1: the average wait is 31 min (since 12:00)')
  expect(text).toContain('FULL: new work is refused')
  expect(text).toContain('none configured: everyone has every role')
  expect(text).toContain('no attempts in 30 days')
  expect(draw(statusCard(makeStatus({ days: [] }), FRAME))).toHaveLength(12)
})

test('M4.5 an alert is told, and that it is over', () => {
  const alert = { id: 'A1', cause: 'wait', text: 'the average wait is 31 min', since: NOON, resolvedAt: null }
  expect(title(alertTelling(alert, FRAME))).toBe('A1 alert: the average wait is 31 min (since 12:00)')
  expect(title(alertTelling({ ...alert, resolvedAt: NOON + 60_000 }, FRAME))).toBe(
    'A1 over: the average wait is 31 min, from 12:00 to 12:01',
  )
})

test('S1 an alert has a button until somebody looks after it, and then says who and when', () => {
  const alert = { id: 'A1', cause: 'wait', text: 'long waits', since: NOON, resolvedAt: null }
  const seen = { ...alert, acknowledged: { by: person('ops'), at: NOON + 180_000 } }
  expect(draw(alertsCard([alert, { ...seen, id: 'A2' }], FRAME))).toEqual([
    'Alerts · 2 open, 1 not acknowledged',
    'alert A1: long waits (since 12:00)',
    '  1) Acknowledge   alerts ack A1',
    'alert A2: long waits (since 12:00)',
    'acknowledged by @ops, 12:03',
  ])
  expect(draw(alertTelling(seen, FRAME))).toEqual([
    'A1 alert: long waits (since 12:00)',
    'acknowledged by @ops, 12:03',
  ])
  expect(alertTelling(seen, FRAME).rev).toBeGreaterThan(alertTelling(alert, FRAME).rev)
  expect(draw(alertsCard([], FRAME))).toEqual(['Alerts · none', 'Nothing is wrong.'])
})

test('S1 the overview has a chart of the tests of each day, once there were any', () => {
  const chartOf = ({ parts }: View) => parts.find(part => part.t === 'chart')
  expect(chartOf(statusCard(makeStatus(), FRAME))).toMatchObject({
    series: [
      {
        name: 'passed',
        points: [
          ['11-19', 12],
          ['11-20', 28],
        ],
      },
      {
        name: 'failed',
        points: [
          ['11-19', 3],
          ['11-20', 2],
        ],
      },
      {
        name: 'other',
        points: [
          ['11-19', 0],
          ['11-20', 1],
        ],
      },
    ],
  })
  const days = [{ day: '2026-11-20', passed: 0, failed: 0, other: 0 }]
  expect(chartOf(statusCard(makeStatus({ days }), FRAME))).toBeUndefined()
})

test('audit, reload and maintenance say what came of it', () => {
  const entry = {
    at: NOON,
    who: person('mei'),
    line: 'queue',
    args: {},
    decision: 'allowed',
    result: 'Queue',
    reference: '7F3K',
  } as const
  expect(draw(auditCard([entry], ['mei'], FRAME))[2]).toBe(
    '  2026-11-20 12:00  @mei  queue  allowed   7F3K Queue',
  )
  expect(draw(auditCard([], [], FRAME))[1]).toContain('Nothing fits')
  const reloaded = reloadCard(
    { file: 'boards.yaml', added: ['soc-a-004'], removed: ['soc-b-001'], changed: [] },
    FRAME,
  )
  expect(draw(reloaded)).toEqual([
    'Settings · boards.yaml · reloaded',
    '  added    soc-a-004',
    '  removed  soc-b-001',
    'What runs on a removed board goes on; it goes when idle.',
    '  1) Boards   boards',
  ])
  const state = makeBoardState('soc-b-002', {
    maintenance: { since: 0, until: null, reason: 'new fan', by: person('ops') },
  })
  const lines = draw(
    maintenanceCard(makeBoard('soc-b-002', { status: 'maintenance', state, heldBy: 'T9' }), FRAME),
  )
  expect(lines.slice(1)).toEqual([
    'It gets no new work: new fan.',
    'T9 still has it and may finish.',
    '  1) End maintenance   boards maintain soc-b-002 --off',
  ])
  expect(draw(maintenanceCard(makeBoard('soc-b-002'), FRAME))[1]).toBe('It takes work again.')
})
