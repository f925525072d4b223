import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame, type Line, lines, readFrame } from '../../src/storage/frame.ts'
import { readLines } from '../../src/storage/read-lines.ts'
import { withFolder } from './toy.ts'

function read(bytes: Buffer): unknown[] {
  return Array.from(lines(bytes), line => (line.json === null ? null : JSON.parse(line.json)))
}

test('whatever JSON is framed is read back as it was, each line at the place it lies', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), values => {
      const framed = values.map(value => frame(JSON.stringify(value)))
      const bytes = Buffer.from(framed.join(''))
      expect(read(bytes)).toEqual(JSON.parse(JSON.stringify(values)))
      for (const { offset, length, json } of lines(bytes))
        expect(readFrame(bytes.subarray(offset, offset + length))).toBe(json)
    }),
  )
})

test('a changed byte damages its own line and, at most, the one it runs into; never gives another value', () => {
  const values = fc.array(fc.record({ n: fc.integer(), t: fc.string() }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, at, flip) => {
      const bytes = Buffer.from(written.map(value => frame(JSON.stringify(value))).join(''))
      const place = at % bytes.length
      bytes[place] = (bytes[place] ?? 0) ^ flip
      const found = read(bytes)
      const whole = found.filter(value => value !== null)
      expect(whole.length).toBeGreaterThanOrEqual(written.length - 2)
      for (const value of whole) expect(written).toContainEqual(value)
      expect(found).toContain(null)
    }),
    { numRuns: 300 },
  )
})

test('a file is read in blocks as it would be in one piece', async () => {
  await withFolder(async dir => {
    const path = join(dir, 'lines')
    const long = frame(JSON.stringify('x'.repeat(5 * 1024 * 1024)))
    const text = `${frame('1')}${long}garbage\n${frame('{"a":"é"}')}${long}half a li`
    await writeFile(path, text)
    const found: Line[] = []
    for await (const block of readLines(path)) found.push(...block)
    expect(found).toEqual([...lines(Buffer.from(text))])
    const later: Line[] = []
    for await (const block of readLines(path, found[2]?.offset)) later.push(...block)
    expect(later).toEqual(found.slice(2))
  })
})

test('a file that is not there has no lines', async () => {
  await withFolder(async dir => {
    for await (const block of readLines(join(dir, 'none'))) expect(block).toEqual([])
  })
})
