import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refsOf } from '../../../src/http/api/again.ts'
import { createIdempotency, type Idempotency, type Once } from '../../../src/http/api/idempotency.ts'
import { silentLog } from '../../../src/log.ts'
import { createInbox, type Inbox } from '../../../src/mail/inbox.ts'
import { createLabPort, type LabPort, makeRun } from '../../commands/lab-port.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { createJournalled, type Journalled } from '../../mail/journalled.ts'
import { storeOf } from './rig.ts'

type End = 'answered' | 'killed before' | 'killed after'

const step = fc.record({
  key: fc.constantFrom('a', 'b'),
  fingerprint: fc.constantFrom('one', 'one', 'two'),
  end: fc.constantFrom<End>('answered', 'killed before', 'killed after'),
})

/** A process over what the disk has; its effects are in the lab, as the journal keeps both. */
function processOver(journal: Journalled, inbox: Inbox, lab: LabPort): Idempotency {
  const find = (key: string) => journal.entries().find(entry => entry.key === key) ?? null
  Object.assign(lab, { inbox: { ...lab.inbox, find } })
  return createIdempotency({ inbox, lab, clock: createFakeClock(), log: silentLog })
}

test('M8.5 P27 whatever is sent again and wherever the process dies: one effect a key, and nothing is guessed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async steps => {
      const journal = createJournalled(createFakeClock())
      const lab = createLabPort()
      let now = processOver(journal, journal.open(), lab)
      /** What each key came to: a test, or a kill before there was one. */
      const model = new Map<string, { fingerprint: string; run: string | null }>()
      let effects = 0

      const send = async (key: string, fingerprint: string, end: End): Promise<Once<string> | 'killed'> => {
        const killed = Promise.withResolvers<'killed'>()
        const answer = now.once({ person: 'mei', key, fingerprint }, async request => {
          if (end !== 'killed before') {
            const id = `T${++effects}`
            lab.state().runs[id] = makeRun({ id, origin: { channel: 'slack', place: 'C1', request } })
            model.set(key, { fingerprint, run: id })
          } else model.set(key, { fingerprint, run: null })
          if (end === 'answered') {
            const run = `T${effects}`
            return {
              value: run,
              came: { kind: 'done', kept: { topic: `run/${run}`, refs: refsOf({ run: { id: run } }) } },
            }
          }
          killed.resolve('killed')
          return await new Promise<never>(() => {})
        })
        return await Promise.race([answer, killed.promise])
      }

      for (const { key, fingerprint, end } of steps) {
        const before = model.get(key)
        const had = effects
        const came = await send(key, fingerprint, end)
        if (before === undefined) {
          expect(came === 'killed' || came.kind === 'first').toBe(true)
        } else {
          expect(effects).toBe(had)
          if (came === 'killed') throw new Error('it was carried out again')
          if (before.fingerprint !== fingerprint)
            expect(came).toMatchObject({ problem: { code: 'key-used' } })
          else if (before.run === null) expect(came).toMatchObject({ problem: { code: 'outcome-unknown' } })
          else expect(came).toMatchObject({ kind: 'again', kept: { refs: { run: before.run } } })
        }
        if (came === 'killed') now = processOver(journal, journal.restart(), lab)
      }
    }),
    { numRuns: 200 },
  )
})

test('a disk that does not take the note in time: nothing is done, it is said, and the key stays free', async () => {
  const clock = createFakeClock()
  const store = storeOf()
  const lab = createLabPort({ inbox: store })
  let isStuck = true
  const asked = Promise.withResolvers<void>()
  const never = (): Promise<never> => {
    asked.resolve()
    return new Promise(() => {})
  }
  const stuck = {
    ...store,
    begun: (key: string) => (isStuck ? never() : store.begun(key)),
  }
  const inbox = createInbox({ ...stuck, clock, log: silentLog })
  const idempotency = createIdempotency({ inbox, lab, clock, log: silentLog })
  let done = 0
  const send = () =>
    idempotency.once({ person: 'mei', key: 'k', fingerprint: 'one' }, async () => {
      done++
      return { value: 'did it', came: { kind: 'nothing' } }
    })
  const first = send()
  await asked.promise
  await clock.pass(5_000)
  expect(await first).toMatchObject({ kind: 'problem', problem: { status: 503, code: 'storage-full' } })
  expect([done, store.entries()]).toEqual([0, []])
  isStuck = false
  expect(await send()).toEqual({ kind: 'first', value: 'did it' })
})
