import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Log } from '../../src/log.ts'
import { silentLog } from '../../src/log.ts'
import { frame } from '../../src/storage/frame.ts'
import { openHistory } from '../../src/storage/history.ts'
import { testDeps, withFolder } from './toy.ts'

const AT = Date.UTC(2026, 10, 20, 23, 59)
type Run = { id: string; text: string }

function open(dir: string, log: Log = silentLog) {
  return openHistory({ ...testDeps(), log, dir, kind: 'runs', summarize: (run: Run) => run.text })
}

test('a record is on disk when its append resolves, in the file of its day in UTC, one line', async () => {
  await withFolder(async dir => {
    const history = await open(dir)
    await history.append({ id: 'T1', text: 'a\nb' }, AT)
    const text = await readFile(join(dir, 'runs', '2026-11-20.jsonl'), 'utf8')
    expect(text).toMatch(/^[0-9a-f]{8} \{"v":1,"at":\d+,"r":\{"id":"T1","text":"a\\nb"\}\}\n$/)
    await history.append({ id: 'T2', text: '' }, AT + 60_000)
    expect(history.days()).toEqual(['2026-11-20', '2026-11-21'])
    await history.close()
  })
})

test('a damaged line in the middle is passed over, counted and logged; the others are there', async () => {
  await withFolder(async dir => {
    const history = await open(dir)
    for (const id of ['T1', 'T2', 'T3']) await history.append({ id, text: `text of ${id}` }, AT)
    await history.close()
    const path = join(dir, 'runs', '2026-11-20.jsonl')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('text of T2', 'text of T9'))
    const warned: string[] = []
    const again = await open(dir, { ...silentLog, warn: (_fields, message) => void warned.push(message) })
    expect(again.list().map(entry => entry.id)).toEqual(['T3', 'T1'])
    expect(again.damaged()).toBe(1)
    expect(warned).toEqual(['damaged lines are passed over'])
    const read: string[] = []
    for await (const { id } of again.day('2026-11-20')) read.push(id)
    expect(read).toEqual(['T1', 'T3'])
    await again.close()
  })
})

const MANY = Array.from({ length: 60 }, (_, n) => `T${n}`)

async function writeMany(dir: string): Promise<void> {
  const history = await open(dir)
  await Promise.all(MANY.map(id => history.append({ id, text: `text of ${id}` }, AT)))
  await history.close()
}

test('damage behind the index is noticed when the record is read, not given out', async () => {
  await withFolder(async dir => {
    await writeMany(dir)
    const path = join(dir, 'runs', '2026-11-20.jsonl')
    await writeFile(path, (await readFile(path, 'utf8')).replace('text of T1"', 'text of T9"'))
    const again = await open(dir)
    expect(again.has('T1')).toBe(true)
    expect(await again.get('T1')).toBeNull()
    expect(await again.get('T2')).toEqual({ id: 'T2', text: 'text of T2' })
    expect(again.damaged()).toBe(1)
    await again.close()
  })
})

test('the index is only a copy: gone, damaged, or of more bytes than there are, the records are read instead', async () => {
  await withFolder(async dir => {
    await writeMany(dir)
    const index = join(dir, 'runs', '2026-11-20.index.json')
    const good = await readFile(index, 'utf8')
    const longer = frame('{"v":1,"size":999999,"places":[]}')
    for (const content of ['', 'garbage', good.slice(0, -9), longer, good]) {
      await writeFile(index, content)
      const again = await open(dir)
      expect(again.list().map(entry => entry.id)).toEqual(MANY.toReversed())
      expect(await again.get('T7')).toEqual({ id: 'T7', text: 'text of T7' })
      await again.close()
    }
  })
})
