import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventParser, type ServerEvent } from '../../src/remote/event-parser.ts'

function parse(text: string, cuts: readonly number[] = []): readonly ServerEvent[] {
  const bytes = Buffer.from(text)
  const parser = createEventParser()
  const ends = [...cuts.map(cut => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.flatMap((end, at) => parser.push(bytes.subarray(ends[at - 1] ?? 0, end)))
}

test('events are what was sent, wherever the stream is cut', () => {
  const event = fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), data: fc.json(), id: fc.nat(999) })
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 6 }),
      fc.array(fc.nat(5_000), { maxLength: 8 }),
      (sent, cuts) => {
        const text = sent
          .map(({ name, data, id }) => `: here\n\nid: ${id}\nevent: ${name}\ndata: ${data}\n\n`)
          .join('')
        expect(parse(text, cuts)).toEqual(sent.map(each => ({ ...each, id: String(each.id) })))
      },
    ),
    { numRuns: 300 },
  )
})

test.for([
  ['data: a\ndata: b\n\n', [{ name: 'message', data: 'a\nb', id: '' }]],
  ['data:a\r\n\r\n', [{ name: 'message', data: 'a', id: '' }]],
  ['event: x\n\ndata: a\n\n', [{ name: 'message', data: 'a', id: '' }]],
  ['id: 7\n\ndata: a\n\n', [{ name: 'message', data: 'a', id: '7' }]],
  [
    'id: 7\ndata: a\n\ndata: b\n\n',
    [
      { name: 'message', data: 'a', id: '7' },
      { name: 'message', data: 'b', id: '7' },
    ],
  ],
  ['retry: 5\nunknown: x\n: comment\ndata\n\n', [{ name: 'message', data: '', id: '' }]],
  ['data: half of one', []],
] as const)('%j', ([text, events]) => {
  expect(parse(text)).toEqual(events)
})

test('an event without an end is refused, not kept', () => {
  const parser = createEventParser()
  const megabyte = Buffer.alloc(1024 * 1024, 'x')
  expect(() => {
    for (let n = 0; n < 40; n++) parser.push(megabyte)
  }).toThrow(RangeError)
})
