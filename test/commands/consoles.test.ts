import { expect, test } from 'vitest'
import type { Consoles, Seat } from '../../src/lab/lab.ts'
import { ask, done, read } from './ask.ts'
import { createLabPort, type LabPort, makeLease, makeState, NOON } from './lab-port.ts'

const WORD = '7F3K-QD4M-X2PN'

/** Kai has soc-b-001 under L7; L8 is a test's. */
function aLab(): LabPort {
  const run = { kind: 'run', run: 'T1', attempt: 1 } as const
  const leases = { L7: makeLease(), L8: makeLease({ id: 'L8', holder: run }) }
  const lab = createLabPort({ state: () => makeState({ leases }), roles: { ops: 'operator', root: 'admin' } })
  const given = (seat: Seat): ReturnType<Consoles['watchingWord']> => ({
    ...seat,
    address: { host: 'lab-gw', port: 7023 },
    word: WORD,
    until: NOON + 60_000,
    consoles: [{ name: 'main', purpose: null }],
  })
  lab.consoles.typingWord = (lease, by) => given({ board: 'soc-b-001', console: null, person: by, lease })
  lab.consoles.watchingWord = (board, by) => given({ board, console: null, person: by, lease: null })
  return lab
}

test('M3.8 the holder is given a word to type with: where, what, how long', async () => {
  expect(await read(aLab(), 'kai: lease console l7')).toEqual([
    expect.stringMatching(/^soc-b-001 · console, to type, under L7 +@kai$/),
    '  connect  telnet lab-gw 7023',
    `  word     ${WORD} (good once, within 60 s)`,
    'It takes the keyboard over from an older connection of yours. It ends with the lease.',
  ])
  const { result, view } = await done(aLab(), 'kai: lease console L7')
  expect(result).toMatchObject({ board: 'soc-b-001', lease: 'L7', word: WORD })
  expect(view.summary).toContain(`telnet lab-gw 7023 · word ${WORD}`)
})

test.each(['mei', 'ops', 'root'])('M3.8 nobody else is, whatever the role: %s', async name => {
  expect(await read(aLab(), `${name}: lease console L7`)).toEqual([
    'lease console L7 is for its holder alone: that is @kai.',
    'To look on: boards watch soc-b-001',
  ])
})

test('nobody types where a test runs', async () => {
  expect((await read(aLab(), 'root: lease console L8'))[0]).toBe(
    'lease console L8 is for its holder alone: no person holds it.',
  )
})

test('M3.8 anybody is given a word to watch with', async () => {
  expect(await read(aLab(), 'mei: boards watch soc-b-001')).toEqual([
    expect.stringMatching(/^soc-b-001 · console, to watch +@mei$/),
    '  connect  telnet lab-gw 7023',
    `  word     ${WORD} (good once, within 60 s)`,
    'You see everything and type nothing; once there you may ask for the keyboard.',
  ])
})

test('M3.8 the word is in the answer and nowhere else: the audit says that there was one', async () => {
  const lab = aLab()
  for (const line of ['kai: lease console L7', 'mei: boards watch soc-b-001']) await ask(lab, line)
  expect(lab.entries.map(each => `${each.who.name} ${each.line}: ${each.result}`)).toEqual([
    'kai lease console L7: answered to the asker alone',
    'mei boards watch soc-b-001: answered to the asker alone',
  ])
  expect(JSON.stringify(lab.entries)).not.toContain(WORD)
})

test('who asks for a console that nobody has yet is told what to do all the same', async () => {
  const lab = aLab()
  const leases = { L9: makeLease({ id: 'L9', board: null, state: 'waiting', since: null, until: null }) }
  lab.state = () => makeState({ leases })
  expect(await read(lab, 'mei: lease console L9')).toEqual([
    'lease console L9 is for its holder alone: that is @kai.',
    'Your own: lease list',
  ])
})
