import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Recorder, RecorderNews } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createAttachments } from '../../src/sites/attachments.ts'
import { createGate } from '../../src/sites/gate.ts'
import type { Attachment } from '../../src/sites/types.ts'

function world() {
  const gate = createGate('a1')
  const typed: string[] = []
  const write = async (bytes: Uint8Array): Promise<void> => void typed.push(Buffer.from(bytes).toString())
  const sendBreak = async (ms: number): Promise<void> => void typed.push(`break ${ms}`)
  const open = { recorder: { write, sendBreak, state: () => ({ head: 7 }) } as unknown as Recorder | null }
  const attachments = createAttachments({
    gateOf: () => gate,
    recorderOf: () => open.recorder,
    log: silentLog,
  })
  return { gate, typed, open, attachments }
}

const nobody = { onNews: () => {}, onEnd: () => {} }
const chunk = (text: string): RecorderNews => ({
  kind: 'chunk',
  chunk: { offset: 7, t: 0, bytes: Buffer.from(text) },
})

test('P25 M3.8 whatever tokens come and go, only what the highest one typed reaches the board, keys and breaks', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('attach' as const), token: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('type' as const), who: fc.nat(5) }),
    fc.record({ kind: fc.constant('break' as const), who: fc.nat(5) }),
    fc.record({ kind: fc.constant('close' as const), who: fc.nat(5) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async steps => {
      const { attachments, gate, typed } = world()
      const people: { token: number; open: boolean; attachment: Attachment }[] = []
      const expected: string[] = []
      for (const [at, each] of steps.entries()) {
        if (each.kind === 'attach') {
          const { token } = each
          if (token < gate.highest)
            expect(() => attachments.add('a1', null, { token }, nobody)).toThrow('lost')
          else people.push({ token, open: true, attachment: attachments.add('a1', null, { token }, nobody) })
          continue
        }
        const person = people[each.who % Math.max(1, people.length)]
        if (person === undefined) continue
        if (each.kind === 'close') {
          person.attachment.close()
          person.open = false
          continue
        }
        const may = person.open && person.token === gate.highest
        const { attachment } = person
        const isBreak = each.kind === 'break'
        const wrote = (isBreak ? attachment.sendBreak(at) : attachment.write(Buffer.from(String(at)))).then(
          () => true,
          () => false,
        )
        expect(await wrote).toBe(may)
        if (may) expected.push(isBreak ? `break ${at}` : String(at))
      }
      expect(typed).toEqual(expected)
    }),
    { numRuns: 200 },
  )
})

test('who watches sees everything and types nothing', async () => {
  const { attachments, typed } = world()
  const seen: RecorderNews[] = []
  const watcher = attachments.add('a1', null, { watch: true }, { ...nobody, onNews: news => seen.push(news) })
  expect(watcher.state.head).toBe(7)
  attachments.heard('a1', null, chunk('x'))
  attachments.heard('b2', null, chunk('y'))
  await expect(watcher.write(Buffer.from('ls'))).rejects.toThrow('nothing is typed on a1 from here')
  watcher.close()
  attachments.heard('a1', null, chunk('z'))
  expect(seen).toEqual([chunk('x')])
  expect(typed).toEqual([])
})

test('a view that fails is dropped, and the others go on', () => {
  const { attachments } = world()
  const seen: string[] = []
  const fails = (): never => {
    seen.push('failed')
    throw new Error('no')
  }
  attachments.add('a1', null, { watch: true }, { ...nobody, onNews: fails })
  attachments.add('a1', null, { watch: true }, { ...nobody, onNews: () => seen.push('heard') })
  attachments.heard('a1', null, chunk('x'))
  attachments.heard('a1', null, chunk('y'))
  expect(seen).toEqual(['failed', 'heard', 'heard'])
})

test('a console that is opened anew is typed at again; while it is not, the typist is told', async () => {
  const { attachments, open, typed } = world()
  const typist = attachments.add('a1', null, { token: 3 }, nobody)
  const { recorder } = open
  open.recorder = null
  await expect(typist.write(Buffer.from('a'))).rejects.toThrow('the console of a1 is being opened')
  open.recorder = recorder
  await typist.write(Buffer.from('b'))
  expect(typed).toEqual(['b'])
})

test('everybody hears that the board left, once', () => {
  const { attachments } = world()
  const told: string[] = []
  attachments.add('a1', null, { watch: true }, { ...nobody, onEnd: why => told.push(why) })
  attachments.left('a1', 'gone')
  attachments.left('a1', 'gone')
  expect(told).toEqual(['gone'])
})
