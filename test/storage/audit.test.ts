import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openAudit } from '../../src/storage/audit.ts'
import type { AuditEntry } from '../../src/storage/types.ts'
import { testDeps, withFolder } from './toy.ts'

const AT = Date.UTC(2026, 10, 20)

const entry = fc.record<AuditEntry>({
  at: fc.integer({ min: 0, max: 3 }).map(day => AT + day * 86_400_000),
  who: fc.record({
    id: fc.constantFrom('U1', 'U2'),
    name: fc.constantFrom('mei', 'Jörg'),
    platform: fc.constant('slack'),
  }),
  line: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('run-test socA', 'power off board-a "x"')),
  args: fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown),
  decision: fc.constantFrom('allowed', 'refused', 'invalid'),
  result: fc.constantFrom('T12', 'not allowed'),
})

test('S4: every entry is there after a restart, newest day first, and is found by the words in its values', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async entries => {
      await withFolder(async dir => {
        const deps = testDeps()
        const audit = await openAudit({ ...deps, dir })
        for (const one of entries) await audit.append(one)
        await audit.close()
        const again = await openAudit({ ...deps, dir })
        const expected = entries
          .map((one, order) => ({ one, order }))
          .sort((a, b) => b.one.at - a.one.at || b.order - a.order)
          .map(({ one }) => one)
        expect(await again.search([], 100)).toEqual(expected)
        expect(await again.search([], 3)).toEqual(expected.slice(0, 3))
        const fromMei = expected.filter(({ who, decision }) => who.name === 'mei' && decision === 'refused')
        const found = await again.search(['MEI', 'refused'], 100)
        expect(found).toEqual(expect.arrayContaining(fromMei))
        await again.close()
      })
    }),
  )
})

test('every word has to be there, names of fields are no words, and the limit is kept', async () => {
  await withFolder(async dir => {
    const audit = await openAudit({ ...testDeps(), dir })
    const base = {
      who: { id: 'U1', name: 'mei', platform: 'slack' },
      decision: 'allowed',
      result: 'T1',
    } as const
    await audit.append({ ...base, at: AT, line: 'power off board-a', args: { board: 'board-a' } })
    await audit.append({
      ...base,
      at: AT,
      line: 'power on board-b',
      args: { board: 'board-b' },
      reference: '7F3K',
    })
    const lines = async (...words: string[]) => (await audit.search(words, 10)).map(({ line }) => line)
    expect(await lines('power', 'board-a')).toEqual(['power off board-a'])
    await audit.append({ ...base, at: 0, where: 'slack C7', line: 'queue', args: {} })
    expect(await lines('c7')).toEqual(['queue'])
    expect(await lines('7f3k')).toEqual(['power on board-b'])
    expect(await lines('2026-11-20', 'on')).toEqual(['power on board-b'])
    expect(await lines('decision')).toEqual([])
    expect(await audit.search([], 0)).toEqual([])
    await audit.close()
  })
})

test('an entry after a line that a kill left unfinished is not lost', async () => {
  await withFolder(async dir => {
    const base = {
      who: { id: 'U1', name: 'mei', platform: 'slack' },
      args: {},
      decision: 'allowed',
      result: '',
    } as const
    const first = await openAudit({ ...testDeps(), dir })
    await first.append({ ...base, at: AT, line: 'one' })
    await first.append({ ...base, at: AT + 86_400_000, line: 'two' })
    await first.close()
    for (const day of ['2026-11-20', '2026-11-21'])
      await appendFile(join(dir, `${day}.jsonl`), '12345678 {"v":1,"en')
    const again = await openAudit({ ...testDeps(), dir })
    await again.append({ ...base, at: AT, line: 'three' })
    expect((await again.search([], 9)).map(({ line }) => line)).toEqual(['two', 'three', 'one'])
    await again.close()
  })
})
