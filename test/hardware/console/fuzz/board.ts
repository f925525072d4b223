import { sumOf } from '../../../../src/hardware/console/shell/frame-sum.ts'
import type { FakeClock } from '../../../fake-clock.ts'
import { PROMPT, type ShellLine, WORD } from '../shell/emulator.ts'
import { type EmulatedBoard, emulateBoard } from '../transfer/emulator.ts'
import { createProgramSide, type Plan, type ProgramSide } from './program-side.ts'
import type { Wire } from './wire.ts'

/** A board in memory as a shell of ours finds it: it can be entered, set up, used and left, again and again. */
export type FuzzBoard = {
  /** What the next program is like. */
  plan: Plan | null
  /** Text of commands that were really run, and what they said. */
  ran: { text: string; status: number; output: string }[]
  program: ProgramSide
  /** Files as the shell that is in use now left them. */
  files(): Map<string, Buffer>
  /** What the next command says. */
  answer: { status: number; output: Buffer }
}

/** A shell of ours inside the one that was found. */
type Inner = {
  emulated: EmulatedBoard
  line: ShellLine
  word: string
  prompt: string
  isSet: boolean
  held: string
}

const FACTS = 'printk 7 5\nkernel 6.1.0\nflags im\necho off\n'
const SETTINGS = /echo (\w+)''(\w+):\$1\.\$-\.\$_v\.\$SHELLOPTS\.$/
const DEFINE = /^ (?:_h='(.*)';)?if \[ \$\{#_h\} = (\d+) \];then eval "\$_h";_i;else echo (\w+)''(\w+);fi$/s
const QUESTION = /^ echo (\w+)''(\w+):(\$_[nv])?:$/
const NUMBERED = new RegExp(`${PROMPT}:(\\d+)> `, 'g')
const TEACH = /^ _D\(\)\{.*?:";\};_h=$/s
const HOLD = /^ (_h=;)?_D (\d+) (\d+) (?:'(.*)'|(\w*|""))$/s

export function createFuzzBoard(wire: Wire, clock: FakeClock): FuzzBoard {
  let inner: Inner | null = null
  const sayText = (text: string): void =>
    wire.say(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'), 'shell')
  const program = createProgramSide({
    clock,
    printed: bytes => wire.say(bytes, 'program'),
    say: sayText,
    prompt: number => `${inner?.prompt ?? ''}:${number}> `,
    freed: bytes => toShell(bytes),
  })

  const board: FuzzBoard = {
    ...{ plan: null, ran: [], program, answer: { status: 0, output: Buffer.alloc(0) } },
    files: () => inner?.emulated.files ?? new Map<string, Buffer>(),
  }

  const run = (text: string): { status: number; output: Buffer } => {
    const own = text.includes('osrelease') ? { status: 0, output: Buffer.from(FACTS) } : program.command(text)
    if (own !== null) return own
    board.ran.push({ text, status: board.answer.status, output: board.answer.output.toString('latin1') })
    return board.answer
  }

  const enter = (): void => {
    const line: ShellLine = {
      clock,
      onTyped: () => {},
      say(said) {
        const text = typeof said === 'string' ? said : Buffer.from(said).toString('latin1')
        const own = text.replaceAll(WORD, shell.word).replaceAll(NUMBERED, (_, number: string) => {
          const last = Math.max(Number(number), program.last)
          return `${shell.prompt}:${last}> `
        })
        wire.say(Buffer.from(own, 'latin1'), 'shell')
      },
    }
    const emulated = emulateBoard(line, false, { run, other: typed => inside(typed) })
    emulated.chunk = 1_000_000
    const shell: Inner = { emulated, line, word: WORD, prompt: PROMPT, isSet: false, held: '' }
    inner = shell
    sayText('$ ')
  }

  /** At the prompt of whatever shell was there before ours. */
  const outside = (typed: string): void => {
    const question = QUESTION.exec(typed)
    if (typed.startsWith(" sh -c 'export ENV=")) enter()
    else sayText(question === null ? '# ' : `${question[1]}${question[2]}::\n# `)
  }

  const inside = (typed: string): boolean => {
    const shell = inner
    if (shell === null) return false
    const start = /^_w (\d+) (\w{8}) (\w{16})$/.exec(typed)
    if (program.heed(typed)) return true
    if (start !== null) return program.wanted(start, board.plan)
    if (typed === ' exit') {
      inner = null
      program.kill()
      sayText('# ')
      return true
    }
    return settled(shell, typed) || defined(shell, typed) || held(shell, typed)
  }

  const settled = (shell: Inner, typed: string): boolean => {
    const said = SETTINGS.exec(typed)
    const question = QUESTION.exec(typed)
    if (question?.[3] === '$_v') {
      sayText(`${question[1]}${question[2]}:${shell.isSet ? 'boardroom' : ''}:\n${shell.prompt}:0> `)
      return true
    }
    if (said === null) return false
    const prompt = /PS1='(\w+)''(\w*):0> '/.exec(typed.includes('eval "$_h"') ? shell.held : unquoted(typed))
    shell.prompt = prompt === null ? shell.prompt : `${prompt[1]}${prompt[2]}`
    shell.isSet ||= prompt !== null
    sayText(`${said[1]}${said[2]}:boardroom.im.${shell.isSet ? 'boardroom' : ''}..\n${shell.prompt}:0> `)
    return true
  }

  const defined = (shell: Inner, typed: string): boolean => {
    const [, given, length, ...bad] = DEFINE.exec(typed) ?? []
    if (length === undefined) return false
    if (given !== undefined) shell.held = unquoted(given)
    const [, word = ''] = /_n=(\w+)/.exec(shell.held) ?? []
    const [, folder = ''] = /\$_d\/(\.br-\w+)/.exec(shell.held) ?? []
    const place = `@${word} 0 /tmp/${folder} ${sumOf('cksum', Buffer.from(shell.held))} cksum\n`
    const isWhole = shell.held.length === Number(length)
    if (isWhole) shell.word = word
    sayText(`${isWhole ? place + place : `${bad.join('')}\n`}${shell.prompt}:0> `)
    return true
  }

  /** The variable that takes a text in pieces. */
  const held = (shell: Inner, typed: string): boolean => {
    if (TEACH.test(typed)) shell.held = ''
    const add = HOLD.exec(typed)
    if (add === null) return TEACH.test(typed)
    if (add[1] !== undefined) shell.held = ''
    const piece = unquoted(add[4] ?? add[5]?.replace('""', '') ?? '')
    if (shell.held.length === Number(add[2]) && piece.length === Number(add[3])) shell.held += piece
    sayText(`@${shell.word}:${shell.held.length}:\n`)
    return true
  }

  let begun = ''
  const toShell = (bytes: Buffer): void => {
    for (const char of bytes.toString('latin1')) {
      if (inner !== null) {
        inner.line.onTyped(char)
      } else if (char === '\x03' || char === '\x15') {
        begun = ''
        if (char === '\x03') sayText('\n# ')
      } else if (char === '\n' && begun.split("'").length % 2 === 1) {
        const typed = begun
        begun = ''
        outside(typed)
      } else begun += char
    }
  }
  wire.onTyped = bytes => {
    const free = program.typed(bytes)
    if (free !== null) toShell(free)
  }
  return board
}

function unquoted(text: string): string {
  return text.replaceAll("'\\''", "'").replaceAll("'\\\n'", '')
}
