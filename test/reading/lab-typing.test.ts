import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineOf, makeQuestion, stateOf } from '../../src/hardware/console/boot-loader/frames.ts'
import { inHalves, makePromptWord, makeWord } from '../../src/hardware/console/shell/frames.ts'
import { withoutLabTyping } from '../../src/reading/lab-typing.ts'

/** What the lab leaves on a console around one test, as it was recorded; the program printed `output`. */
function session(output: readonly string[]): string[] {
  const [word, prompt, start, end] = [makeWord(6), makePromptWord(), makeWord(8), makeWord(16)]
  const asked = makeWord(12)
  return [
    '# ',
    `#  echo ${inHalves(asked)}:$_v:`,
    `${asked}::`,
    "#  sh -c 'export ENV=;exec sh -is boardroom'",
    `# ${makeWord(12)}:boardroom.smi.boardroom..`,
    `${prompt}:0> @${word} 0 /tmp/.br-${makeWord(8)} 2335919383 cksum`,
    `${prompt}:0> @${word} 1`,
    'kernel 6.18.44-fc-v595',
    '',
    `@${word} 1 0 246378900`,
    `@${word} 1 0 246378900`,
    `${prompt}:1> @${word} 2`,
    `@${word} 2 s0:78865976:1475149592`,
    `@${word} 2 0 2622738434`,
    `@${word} 2 0 2622738434`,
    `${prompt}:2> `,
    `@${start} 3`,
    ...output,
    '',
    `@${end} 3 0 255`,
    `@${end} 3 0 255`,
    '[1] + Done                       (_y "${@}")',
    `${prompt}:3> @${word} 4`,
    '',
    `@${word} 4 0 739932319`,
    `@${word} 4 0 739932319`,
  ]
}

/** What boards and people write, with the characters that frames and prompts are made of. */
const words = fc.constantFrom(
  '@',
  ':',
  '> ',
  '# ',
  'br',
  'echo ',
  "''",
  ' 0',
  'ok 1',
  '.',
  'brn',
  '@kai 12 times',
)
const line = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  fc.array(words, { maxLength: 8 }).map(parts => parts.join('')),
)

test('what a test printed is all there, in order, and nothing of what the lab typed around it', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), output => {
      const boot = ['[    1.083344] Run /sbin/init as init process']
      const after = ['# uname', 'Linux']
      const all = [...boot, ...session(output), ...after]
      const cleaned = withoutLabTyping(all, '# ')
      expect(cleaned).toEqual({ lines: [...boot, ...output, ...after], unfinished: '# ', isCut: true })
    }),
    { numRuns: 300 },
  )
})

test('a line that is to the letter as a frame of ours is the program’s where no frame was awaited', () => {
  const output = ['@brnbrok 1', 'mail to me@server1 12', '@hX8iDPix 7 0 116', '@abcdef:12:']
  expect(withoutLabTyping([...session(output), 'after'], '').lines).toEqual([...output, 'after'])
  expect(withoutLabTyping(output, '')).toEqual({ lines: output, unfinished: '', isCut: false })
})

test('a log that the lab never typed in is shown as it is', () => {
  fc.assert(
    fc.property(fc.array(line), line, (lines, unfinished) => {
      expect(withoutLabTyping(lines, unfinished)).toEqual({ lines, unfinished, isCut: false })
    }),
    { numRuns: 300 },
  )
})

test('the kernel is heard also while a command of the lab’s is under way, and in one that never ended', () => {
  const panic = '[   12.000000] Kernel panic - not syncing: Fatal exception'
  const all = [
    ...session(['ok']),
    'brAAAA:4> @AbCdEf 1',
    'own',
    '@AbCdEf 1 0 1',
    'brAAAA:4> @AbCdEf 2',
    'own',
    panic,
  ]
  expect(withoutLabTyping(all, '').lines).toEqual(['ok', panic])
})

test('of a boot loader the commands are kept that a person can read, without what frames them', () => {
  const word = makeWord(6)
  const { typed, answer } = makeQuestion()
  const all = [
    `=> ${typed}`,
    answer,
    `=> ${lineOf(word, 1, 'printenv bootargs')}`,
    `@${word} 1`,
    'bootargs=console=ttyS0',
    `@${word} 1 0.`,
    `=> ${stateOf(word)}`,
    `@${word} 1 0.`,
  ]
  expect(withoutLabTyping(all, '=> ').lines).toEqual(['bootargs=console=ttyS0'])
})
