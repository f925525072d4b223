import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findKernelStamp } from '../../src/reading/kernel.ts'
import type { Reading } from '../../src/reading/log-reader.ts'
import { cuts } from './chunks.ts'
import { FAILURES } from './corpus/failures.ts'
import { LOOK_ALIKES } from './corpus/look-alikes.ts'
import { readText } from './read-text.ts'

const SAMPLES = [...FAILURES, ...LOOK_ALIKES]
const sample = fc.constantFrom(...SAMPLES)
/** Without stamps a program's `BUG: …` inside of a trace is as good as the kernel's. */
const STAMPED = SAMPLES.filter(({ what }) => !/\b(?:no|without) stamps\b/.test(what))

/** What people are told, without the places that noise moves. */
function said({ verdict }: Reading): unknown {
  if (verdict === null) return null
  const { title, cause, blame, proof, class: kind } = verdict
  return { title, cause, blame, proof, kind }
}

test('M6.7 cutting the bytes anywhere never changes events or verdict', () => {
  fc.assert(
    fc.property(sample, cuts, ({ text }, places) => {
      expect(readText(text, { stage: 'run' }, places)).toEqual(readText(text))
    }),
    { numRuns: 300 },
  )
})

const PROGRAM = fc.constantFrom(
  'PASS 17 of the test',
  'ok 3 - reads what it wrote',
  'BUG: a word of mine',
  'WARNING: mine too',
  '  indented [ 42 ] = 0x1c/0x60',
  '',
  '\r',
  '10%\r20%\r30%',
  '\x1b[0m\x1b[1;31mred\x1b[0m',
  '\x1b]0;a title\x07',
  'x'.repeat(300),
)
const KERNEL = fc.constantFrom(
  'usb 1-1: new high-speed USB device number 4 using ehci-platform',
  'dwmac-sun8i 5020000.ethernet eth0: Link is Up - 1Gbps/Full - flow control rx/tx',
  'audit: type=1400 audit(1700000000.123:42): apparmor="STATUS"',
  'random: crng init done',
)
type Noise = { at: number; kernel: boolean; text: string }
const noise: fc.Arbitrary<Noise[]> = fc.array(
  fc.oneof(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), kernel: fc.constant(false), text: PROGRAM }),
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), kernel: fc.constant(true), text: KERNEL }),
  ),
  { minLength: 1, maxLength: 12 },
)

/** Noise between the lines, the first one aside: what comes before a start decides whether anything was running. */
function spliced(text: string, pieces: readonly Noise[]): string {
  const lines = text.split('\n')
  const first = 1 + lines.findIndex(line => line.trim() !== '')
  const at = pieces.map(piece => ({ ...piece, line: first + Math.floor(piece.at * (lines.length - first)) }))
  return lines
    .flatMap((line, index) => [
      ...at.filter(piece => piece.line === index).map(piece => dressed(piece, lines.slice(0, index))),
      line,
    ])
    .join('\n')
}

/** A kernel line has the time of the last one before it. */
function dressed({ kernel, text }: Noise, before: readonly string[]): string {
  if (!kernel) return text
  const stamp = before.findLast(line => /^\[[ \d]{4,5}\.\d{6}\]/.test(line))?.slice(0, 14) ?? '[    0.000000]'
  return `${stamp} ${text}`
}

test('M6.7 noise between any lines, of programs and of the kernel, never changes a verdict', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STAMPED), noise, ({ text }, pieces) => {
      expect(said(readText(spliced(text, pieces)))).toEqual(said(readText(text)))
    }),
    { numRuns: 500 },
  )
})

test('M6.7 the kernel cutting into the lines of a program never changes a verdict', () => {
  const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 .,()=]{2,40}[a-zA-Z]$/)
  const places = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), word, word), { maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...FAILURES), places, ({ text }, list) => {
      const lines = text.split('\n')
      for (const [at, before, after] of list) {
        const index = 1 + Math.floor(at * (lines.length - 1))
        const line = lines[index]
        if (line !== undefined && /^\[[ \d]{4,5}\.\d{6}\]/.test(line))
          lines[index] = `${before}${line}\n${after}`
      }
      expect(said(readText(lines.join('\n')))).toEqual(said(readText(text)))
    }),
    { numRuns: 300 },
  )
})

test('M6.7 what a program prints, without stamps, never makes a verdict', () => {
  const words = SAMPLES.flatMap(({ text }) => text.split('\n'))
    .map(line => line.replace(/^\[[ \d]{4,5}\.\d{6}\] /, ''))
    .filter(
      line =>
        findKernelStamp(line) === -1 &&
        !/U-Boot|SeaBIOS|BL\d|UEFI|GRUB|Starting kernel|^Booting|^Linux v/.test(line),
    )
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), lines => {
      const { verdict, events } = readText(`$ ./test\n${lines.join('\n')}\n`)
      expect(events).toEqual([])
      expect(verdict).toBeNull()
    }),
    { numRuns: 300 },
  )
})

test('M6.7 a verdict is made by what came first: what comes after a whole story is of another', () => {
  const stories = FAILURES.filter(
    ({ isSurvived, kind, text }) => !isSurvived && kind === 'panic' && !text.includes('U-Boot'),
  )
  const start = '\n\nU-Boot 2023.01 (Jan 04 2023 - 15:20:25 +0000)\n\nDRAM:  1 GiB\n'
  fc.assert(
    fc.property(fc.constantFrom(...stories), sample, (first, then) => {
      expect(readText(`${first.text}${start}${then.text}`).verdict?.title).toBe(first.title)
    }),
    { numRuns: 150 },
  )
})
