import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutKernelLines, withoutReturns } from '../../../../src/hardware/console/shell/frame-cut.ts'
import { createJoiner, type JoinedLine, placeOf } from '../../../../src/hardware/console/shell/frame-lines.ts'
import { createRegion } from '../../../../src/hardware/console/shell/frame-region.ts'
import { createSum, SUM_TOOLS, sumOf, wholeSumOf } from '../../../../src/hardware/console/shell/frame-sum.ts'
import {
  frameIn,
  inHalves,
  makePromptWord,
  makeWord,
  programEndIn,
  promptAt,
} from '../../../../src/hardware/console/shell/frames.ts'

const KERNEL = '[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd\r\n'

function linesOf(text: string, chunks: readonly number[] = []): JoinedLine[] {
  const joiner = createJoiner()
  const lines: JoinedLine[] = []
  const bytes = Buffer.from(text, 'latin1')
  let from = 0
  for (const size of [...chunks, bytes.length]) {
    joiner.push(bytes.subarray(from, from + size), from, line => lines.push(line))
    from = Math.min(bytes.length, from + size)
  }
  return lines
}

describe('joined lines', () => {
  it('a kernel line spliced in at any position of a line is cut out and the pieces joined, offsets kept', () => {
    const text = 'before\r\n@aZ09bc 12 0 4038471504\r\nafter\r\n'
    for (let at = 0; at <= text.length; at++) {
      const noisy = text.slice(0, at) + KERNEL + text.slice(at)
      const lines = linesOf(noisy)
      expect(lines.map(line => line.text.replace(/\r$/, ''))).toEqual([
        'before',
        '@aZ09bc 12 0 4038471504',
        'after',
      ])
      const place = placeOf(lines[1] as JoinedLine, 0)
      expect(noisy[place.offset]).toBe('@')
    }
  })

  it('several kernel lines in one line of ours, also right after one another, are all cut out', () => {
    const lines = linesOf(`ab${KERNEL}${KERNEL}c${KERNEL}d\r\n`)
    expect(lines.map(line => line.text)).toEqual(['abcd\r'])
  })

  it('the chunks that bytes come in change nothing', () => {
    const pieces = fc.constantFrom('@aZ09bc 1', 'x', '\r', '\n', '\r\n', KERNEL, '[', '\0', '\xff', ' ')
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }),
        fc.array(fc.nat(9), { maxLength: 60 }),
        (parts, chunks) => {
          expect(linesOf(parts.join(''), chunks)).toEqual(linesOf(parts.join('')))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('each character is where placeOf says, whatever noise stands around it', () => {
    const parts = fc.array(fc.constantFrom('abc', 'D', KERNEL, '\r\n'), { maxLength: 30 })
    fc.assert(
      fc.property(parts, all => {
        const text = all.join('')
        for (const line of linesOf(text)) {
          for (let index = 0; index < line.text.length; index++)
            expect(text[placeOf(line, index).offset]).toBe(line.text[index])
        }
      }),
      { numRuns: 200 },
    )
  })

  it('a line without end takes no more memory than its window, and its tail is still seen', () => {
    const joiner = createJoiner()
    const lines: JoinedLine[] = []
    const chunk = Buffer.alloc(65_536, 0x61)
    for (let at = 0; at < 200; at++) joiner.push(chunk, at * chunk.length, line => lines.push(line))
    expect(lines).toEqual([])
    joiner.push(Buffer.from('prompt> '), 200 * chunk.length, line => lines.push(line))
    expect(joiner.tail().endsWith('aprompt> ')).toBe(true)
    expect(joiner.tail().length).toBeLessThanOrEqual(512)
    joiner.push(Buffer.from('\n'), 200 * chunk.length + 8, line => lines.push(line))
    expect(lines[0]?.text.length).toBeLessThan(10_000)
    expect(lines[0]?.text.endsWith('prompt> ')).toBe(true)
  })

  it('a hole in the log ends what was unfinished', () => {
    const joiner = createJoiner()
    const lines: JoinedLine[] = []
    joiner.push(Buffer.from('half'), 0, line => lines.push(line))
    joiner.push(Buffer.from('whole\n'), 100, line => lines.push(line))
    expect(lines.map(line => line.text)).toEqual(['whole'])
  })

  it('an unfinished kernel line does not hide the prompt that it followed', () => {
    const joiner = createJoiner()
    joiner.push(Buffer.from('brAAAA:3> [   12.345678] usb 1-'), 0, () => {})
    expect(promptAt(joiner.tail(), 'brAAAA')).toBe(3)
  })
})

describe('cutting', () => {
  const plain = fc.array(fc.constantFrom('a', 'bc', '\r\n', '\n', ' ', '\xe9', '@', '['), { maxLength: 40 })

  it('what is spliced is cut: text with kernel lines in it becomes the text, at any positions', () => {
    fc.assert(
      fc.property(plain, fc.array(fc.nat(80), { maxLength: 5 }), (parts, places) => {
        let noisy = parts.join('')
        for (const place of [...places].sort((a, b) => b - a)) {
          const at = Math.min(place, parts.join('').length)
          noisy = noisy.slice(0, at) + KERNEL + noisy.slice(at)
        }
        expect(withoutKernelLines(Buffer.from(noisy, 'latin1')).toString('latin1')).toBe(parts.join(''))
      }),
      { numRuns: 200 },
    )
  })

  it('undoing ONLCR gives back any bytes that went through it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        const sent = Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
        expect(withoutReturns(sent)).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 200 },
    )
  })
})

describe('frames', () => {
  it('are found at the end of a line, wherever they begin, and torn ones are none', () => {
    expect(frameIn('@aZ09bc 12\r', 'aZ09bc')).toEqual({ frame: { kind: 'start' }, number: 12, index: 0 })
    expect(frameIn('text@aZ09bc 12 127 99\r', 'aZ09bc')).toEqual({
      frame: { kind: 'end', status: 127, sum: '99' },
      number: 12,
      index: 4,
    })
    expect(frameIn('@aZ09bc 1@aZ09bc 7 d', 'aZ09bc')).toEqual({
      frame: { kind: 'damaged' },
      number: 7,
      index: 9,
    })
    for (const torn of [
      '@aZ09bc 12 0',
      '@aZ09bc 12 0 9z',
      '@aZ09b 12',
      '@aZ09bc 12 0 99 x',
      'aZ09bc 12',
      '@aZ09bc',
    ])
      expect(frameIn(torn, 'aZ09bc')).toBeNull()
  })

  it("a program's end is believed only with number and status whole", () => {
    expect(programEndIn('x@w 3 127 128', 'w', 3)).toEqual({ status: 127, index: 1 })
    for (const wrong of [
      '@w 3 27 128',
      '@w 3 127 28',
      '@w 4 127 128',
      '@w 3 127',
      '@v 3 127 128',
      '@w 3 127 128 ',
    ])
      expect(programEndIn(wrong, 'w', 3)).toBeNull()
  })

  it('our prompt is known by its word and tells its number', () => {
    const word = makePromptWord()
    expect(promptAt(`junk${word}:42> `, word)).toBe(42)
    expect(promptAt(`${word}:42> \x1b[6n`, word)).toBe(42)
    expect(promptAt(`${word}:42> x`, word)).toBeNull()
    expect(promptAt(`${makePromptWord()}:42> `, word)).toBeNull()
  })

  it('a word typed in halves does not hold the word', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), length => {
        const word = makeWord(length)
        expect(inHalves(word)).not.toContain(word)
        expect(inHalves(word).replace("''", '')).toBe(word)
      }),
    )
  })
})

describe('sums', () => {
  it("are what the board's own tools say, of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), fc.constantFrom(...SUM_TOOLS), (bytes, tool) => {
        const said = execFileSync(tool, { input: bytes, encoding: 'utf8' }).split(' ')[0]
        expect(wholeSumOf(tool, bytes)).toBe(said?.trim())
        expect(said?.startsWith(sumOf(tool, bytes))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('in pieces are the sums of the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 })),
        fc.constantFrom(...SUM_TOOLS),
        (pieces, tool) => {
          const sum = createSum(tool)
          for (const piece of pieces) sum.update(piece)
          expect(sum.word()).toBe(wholeSumOf(tool, Buffer.concat(pieces)))
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a region', () => {
  it('holds the bytes between two offsets, whatever the chunks, and gives up when there are too many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (chunks, a, b) => {
          const all = Buffer.concat(chunks)
          const from = a % all.length
          const to = from + (b % (all.length - from))
          const region = createRegion(all.length)
          let offset = 0
          let begun = false
          for (const bytes of chunks) {
            region.add({ offset, t: 0, bytes })
            offset += bytes.length
            if (!begun && offset > from) region.begin(from)
            begun ||= offset > from
          }
          expect(region.take(to)).toEqual(all.subarray(from, to))
          expect(region.take(to)).toBeNull()
        },
      ),
      { numRuns: 200 },
    )
    const small = createRegion(10)
    small.add({ offset: 0, t: 0, bytes: Buffer.from('x') })
    small.begin(1)
    expect(small.add({ offset: 1, t: 0, bytes: Buffer.alloc(11) })).toBe(false)
    expect(small.take(3)).toBeNull()
  })
})
