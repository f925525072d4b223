import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { octal, quote, typeable, wordOf } from '../../../../src/hardware/console/shell/frame-quote.ts'
import { SHELLS } from './pty-board.ts'

describe('quoting', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '!', '\t', '\x03', '\x1b', 'é', ' ', '%', 'a'),
    }),
  )
  const text = anything.filter(each => !each.includes('\0') && each.isWellFormed())

  it('gives any shell back any text, and types no control character', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHELLS), text, (shell, each) => {
        const printable = each.replace(/[^\x20-\x7e]/g, '?')
        const script = `printf '%s\\n.' ${wordOf(each)} ${quote(printable)}`
        expect(typeable(script)).toMatch(/^[\x20-\x7e\n]*$/)
        const applet = shell === 'busybox' ? ['ash'] : []
        const said = execFileSync(shell, [...applet, '-c', `eval ${quote(typeable(script))}`])
        expect(said.toString()).toBe(`${each}\n.${printable}\n.`)
      }),
      { numRuns: 200 },
    )
  })

  it('no line that is typed comes near what a terminal or an editor takes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000, minLength: 2000 }), each => {
        const typed = quote(typeable(each))
        expect(Math.max(...typed.split('\n').map(line => line.length))).toBeLessThan(1000)
      }),
      { numRuns: 100 },
    )
  })

  it('a word that is typed as a word, to be evaluated on the board, is short of those limits too, and means the same', () => {
    const long = fc.array(fc.oneof(text, fc.string({ unit: 'grapheme-ascii', minLength: 300 })), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(fc.constantFrom(...SHELLS), long, (shell, each) => {
        const path = each.join('')
        const typed = wordOf(wordOf(path))
        expect(Math.max(...typed.split('\n').map(line => line.length))).toBeLessThan(1000)
        const applet = shell === 'busybox' ? ['ash'] : []
        const said = execFileSync(shell, [...applet, '-c', `f(){ eval "_F=$1";printf %s. "$_F";};f ${typed}`])
        expect(said.toString()).toBe(`${path}.`)
      }),
      { numRuns: 100 },
    )
  })

  it('octal spells every byte', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const said = execFileSync('/bin/sh', ['-c', `printf '${octal(all)}'`])
    expect(Buffer.from(all)).toEqual(said)
  })
})
