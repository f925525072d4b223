import { kernelLine } from '../shell/pty-line.ts'

/** Somebody who speaks on a board's line, is neither its shell nor its program, and knows what was said last. */
export type Stranger = { say(log: string): Buffer }

/** What strangers say: from what every kernel does to what only somebody would who means harm. */
export const STRANGERS = {
  kernel: random => Buffer.from(kernelLine(random)),
  lines: random => Buffer.concat([NEWLINE, bytesOf(random, 60, PRINTABLE), NEWLINE]),
  bytes: random => bytesOf(random, 40, ANY),
  tricks: random => Buffer.from(oneOf(random, TRICKS)),
  prompts: (random, log) => Buffer.from(oneOf(random, [...PROMPTS, nextPrompt(log)])),
  replays: (random, log) => replayed(random, log),
  flood: random =>
    random() < 0.02 ? Buffer.alloc(200_000, bytesOf(random, 9, ANY)) : bytesOf(random, 400, ANY),
} as const satisfies Record<string, (random: () => number, log: string) => Buffer>

export type StrangerKind = keyof typeof STRANGERS
export const STRANGER_KINDS = Object.keys(STRANGERS) as StrangerKind[]

export function createStranger(random: () => number, kinds: readonly StrangerKind[]): Stranger {
  return { say: log => STRANGERS[oneOf(random, kinds)](random, log) }
}

export function oneOf<T>(random: () => number, all: readonly T[]): T {
  return all[Math.floor(random() * all.length)] as T
}

export function bytesOf(random: () => number, most: number, value: (random: () => number) => number): Buffer {
  return Buffer.from(Array.from({ length: 1 + Math.floor(random() * most) }, () => value(random)))
}

export const ANY = (random: () => number): number => Math.floor(random() * 256)
const PRINTABLE = (random: () => number): number => 32 + Math.floor(random() * 95)
const NEWLINE = Buffer.from('\r\n')

/** Cursors that move, screens that are cleared, text that overwrites itself, invalid UTF-8, telnet's own bytes. */
const TRICKS = [
  ...['\x1b[2J\x1b[H', '\x1b[6n', '\x1b[1A\x1b[2K', '\x1b]0;title\x07', '\x1b[?2004h', '\x1b[', '\x1b'],
  ...['\r', '\r\r\n', '\n', '\0', '\0\0\0\r\n', '\b\b\b', '\x0e', '\x18', '\u2028', '\x07', '\x1a'],
]
  .map(text => Buffer.from(text))
  .concat([Buffer.of(0xff, 0xfe), Buffer.of(0xc3), Buffer.of(0xed, 0xa0, 0x80), Buffer.of(0xff, 0xff, 0xf4)])

const PROMPTS = [
  ...[
    '# ',
    '$ ',
    '\r\n# ',
    '=> ',
    '\r\nlogin: ',
    '\r\nPassword: ',
    '\r\nLogin incorrect\r\n',
    '\r\nbr1234:9> ',
  ],
  ...[
    '\r\nroot@board:~# ',
    'Last login: today',
    '\r\nNew password: ',
    '\r\n> ',
    '@',
    '\r\n@abcdef 1 0 1\r\n',
  ],
]

/** Our own prompt, one command too early. */
function nextPrompt(log: string): string {
  const [, word, number] = [...log.matchAll(/(br\w{4}):(\d+)> /g)].at(-1) ?? []
  return word === undefined ? '# ' : `${word}:${Number(number)}> `
}

/** Something that was on the line before, whole or half, as it was, under another number or with another word. */
function replayed(random: () => number, log: string): Buffer {
  const lines = log.split('\n').filter(line => /@\w|br\w{4}:/.test(line))
  const line = lines.length === 0 ? '@aaaaaa 1 0 7' : oneOf(random, lines)
  const cut = random() < 0.3 ? line.slice(Math.floor(random() * line.length)) : line
  const half = random() < 0.3 ? cut.slice(0, Math.floor(random() * cut.length)) : cut
  return Buffer.from(
    `${random() < 0.5 ? '\r\n' : ''}${changed(random, half)}${random() < 0.7 ? '\r\n' : ''}`,
    'latin1',
  )
}

function changed(random: () => number, line: string): string {
  const what = random()
  if (what < 0.4) return line
  if (what < 0.7)
    return line.replace(/ (\d+)/, (_, number: string) => ` ${Number(number) + 1 - Math.floor(random() * 3)}`)
  if (what < 0.85) return line.replace(/ \d+$/, ' 0')
  return line.replace(/@(\w)/, '@z')
}
