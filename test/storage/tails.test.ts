import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { frame } from '../../src/storage/frame.ts'
import { openHistory } from '../../src/storage/history.ts'
import { frameLine, lineBody, logPath, recoverJournal } from '../../src/storage/journal.ts'
import { openStore } from '../../src/storage/store.ts'
import type { Store } from '../../src/storage/types.ts'
import { rejection, type Toy, type ToyOperation, testDeps, toyModel, withFolder } from './toy.ts'

function openToy(dir: string): Promise<Store<Toy, ToyOperation>> {
  return openStore({ ...testDeps(), dir, model: toyModel, limits: { ballastBytes: 0 } })
}

/** `durable`: what was answered for when the line was written. */
function line(n: number, durable: number): string {
  return frameLine(durable, lineBody(1, n, JSON.stringify([{ key: 'x', by: n }])))
}

const LF = 10
const noise = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc.integer({ min: 1, max: 5000 }).map(size => Buffer.alloc(size)),
  // A line feed at once would make the cut line whole again, where only that was missing.
  fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .filter(bytes => bytes[0] !== LF)
    .map(bytes => Buffer.from(bytes)),
)
const tail = fc.oneof(
  noise,
  fc.constant(Buffer.from('\r\n\n')),
  // A whole frame that is no commit.
  fc.jsonValue().map(value => Buffer.from(frame(JSON.stringify(value)))),
)

test('P27: the log cut at any byte of its last line, with any tail behind: all lines before it, and nothing else', async () => {
  await withFolder(async dir => {
    const whole = Buffer.from([1, 2, 3].map(n => line(n, n - 1)).join(''))
    const last = line(4, 3)
    await fc.assert(
      fc.asyncProperty(fc.nat(last.length - 1), tail, async (cut, behind) => {
        await writeFile(logPath(dir, 1), Buffer.concat([whole, Buffer.from(last.slice(0, cut)), behind]))
        const found = await recoverJournal(dir, 1, silentLog)
        expect(found.sequence).toBe(3)
        expect(found.tail).toEqual({ generation: 1, size: whole.length, torn: cut + behind.length })
      }),
      { numRuns: 500 },
    )
    for (let cut = 0; cut < last.length; cut++) {
      await writeFile(logPath(dir, 1), Buffer.concat([whole, Buffer.from(last.slice(0, cut))]))
      expect((await recoverJournal(dir, 1, silentLog)).sequence).toBe(3)
    }
  })
})

test('a whole line behind a damaged one is cut with it when both were of one batch, and never comes back', async () => {
  await withFolder(async dir => {
    const path = logPath(dir, 1)
    const damaged = line(2, 1).replace('"x"', '"y"')
    await writeFile(path, [line(1, 0), damaged, line(3, 1), line(4, 1)].join(''))
    const store = await openToy(dir)
    expect(store.sequence).toBe(1)
    // As long as the one that was cut, so that what followed that one would now follow this one.
    await store.commit([{ key: 'x', by: 2 }])
    await store.close()
    const again = await openToy(dir)
    expect(again.sequence).toBe(2)
    expect(again.state.sums).toEqual({ x: 3 })
    await again.close()
  })
})

test('a damaged line that was answered for when a later one was written refuses to start, whichever byte it is', async () => {
  await withFolder(async dir => {
    const written = Array.from({ length: 8 }, (_, n) => line(n + 1, n))
    const answered = written.slice(0, -1).join('').length
    for (let place = 0; place < answered; place++) {
      const bytes = Buffer.from(written.join(''))
      bytes[place] = (bytes[place] ?? 0) ^ 0x55
      await writeFile(logPath(dir, 1), bytes)
      expect(await rejection(recoverJournal(dir, 1, silentLog)), `byte ${place}`).toMatchObject({
        code: 'storage-damaged',
      })
    }
  })
})

test('a torn end of a log that has a later one with anything in it refuses to start', async () => {
  await withFolder(async dir => {
    await writeFile(logPath(dir, 1), `${line(1, 0)}${line(2, 1).slice(0, -3)}`)
    await writeFile(logPath(dir, 2), '')
    expect((await recoverJournal(dir, 1, silentLog)).sequence).toBe(1)
    await writeFile(logPath(dir, 2), line(3, 2))
    expect(await rejection(recoverJournal(dir, 1, silentLog))).toMatchObject({ code: 'storage-damaged' })
  })
})

test('a history cut at any byte of its last record, with any tail behind: all before it, and it can go on', async () => {
  await withFolder(async dir => {
    const at = Date.UTC(2026, 10, 20)
    const path = join(dir, 'runs', '2026-11-20.jsonl')
    const open = () =>
      openHistory({ ...testDeps(), dir, kind: 'runs', summarize: (record: { id: string }) => record.id })
    const first = await open()
    await first.append({ id: 'T1' }, at)
    await first.append({ id: 'T2' }, at)
    await first.close()
    const whole = await readFile(path)
    const last = frame(JSON.stringify({ v: 1, at, r: { id: 'T3' } }))
    await fc.assert(
      fc.asyncProperty(fc.nat(last.length - 1), noise, async (cut, behind) => {
        await writeFile(path, Buffer.concat([whole, Buffer.from(last.slice(0, cut)), behind]))
        const history = await open()
        expect(history.list().map(entry => entry.id)).toEqual(['T2', 'T1'])
        await history.append({ id: 'T3' }, at)
        expect(await history.get('T3')).toEqual({ id: 'T3' })
        await history.close()
        expect(await readFile(path, 'utf8')).toBe(`${whole}${last}`)
      }),
    )
  })
})
