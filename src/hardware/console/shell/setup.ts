import type { Millis } from '../../../clock.ts'
import { NESTED, OWN } from './attach.ts'
import { exchangeText } from './command.ts'
import { deliver } from './deliver.ts'
import { isTypeable, quote } from './frame-quote.ts'
import { SUM_TOOLS, type SumTool, sumOf } from './frame-sum.ts'
import { inHalves, makePromptWord, makeWord } from './frames.ts'
import { type Base, commandHelpers, plainHelpers } from './helpers.ts'
import { question } from './resync.ts'
import { noPrompt, type Session } from './session.ts'
import { factsIn } from './survey.ts'
import type { Talk } from './talk.ts'

export type SetupOptions = { commandTimeoutMs: Millis; printk: string }

/** Where the kernel's console level is: the first number of four (Documentation/admin-guide/sysctl/kernel.rst). */
export const PRINTK = '/proc/sys/kernel/printk'

/**
 * Warnings and worse are shown (kern_levels.h), chatter is not. Lower, a hung task, a kill for want of memory, a WARN
 * and `kernel BUG at` would never be on the console, and a verdict would rest on silence.
 */
const CONSOLE_LEVEL = 5

const TRIES = 3
const MOST_ENTERED = 9
const MOST_DELIVERED = 4
const SETTINGS_MS = 1500
const TAKEN_MS = 1500

/** From any shell to a session: a shell of our own in it, our prompt, our functions. */
export async function setUp(talk: Talk, options: SetupOptions, signal: AbortSignal): Promise<Session> {
  const base: Base = { word: makeWord(6), prompt: makePromptWord(), folder: `.br-${makeWord(8)}` }
  const nested = await enter(talk, base, signal)
  const place = await define(talk, base, signal)
  const session: Session = {
    ...{ talk, word: base.word, prompt: base.prompt, nested, commandTimeoutMs: options.commandTimeoutMs },
    ...{ sum: place.sum, folder: place.folder, echo: true, jobControl: false },
    ...{ kernel: null, survey: null, number: 0, dirty: false, lost: null, repaired: 0 },
  }
  await learn(session, options.printk, signal)
  return session
}

// ---- a shell of our own -------------------------------------------------------------------------------------

/**
 * `sh` inside whatever shell was found: its prompt, functions, history and options stay as they are, and leaving
 * ours puts everything back.
 */
const ENTER = ` sh -c 'export ENV=;exec sh -is ${NESTED}'\n`

/**
 * Without a controlling terminal (a shell that init started on /dev/console) Ctrl-C reaches nobody. A session
 * leader that opens a terminal has it, unless it is /dev/console, which stands for the one in
 * /sys/class/tty/console/active. Never `exec` alone: that shell may be process 1.
 */
const ENTER_WITH_TERMINAL =
  ` exec sh -c 't=$(tty);case $t in /dev/console|not*)read -r t </sys/class/tty/console/active;t=/dev/\${t##* };esac;` +
  `[ -w "$t" ]&&command -v setsid >/dev/null&&{ setsid sh -c "exec sh -is ${NESTED} <$t >$t 2>&1";exit;};` +
  `exec sh -is ${NESTED}'\n`

/** Each setting alone, since a shell that lacks one would leave out the rest of the line. */
function settings(base: Base): string {
  return (
    `{ PS1='${inHalves(base.prompt)}:0> ' PS2= ${OWN}=$1;[ "$_t" ]||_t=$(stty -g);stty -echo noflsh;unalias -a;` +
    'for _r in ENV HISTFILE PROMPT_COMMAND PS0 TMOUT MAIL MAILPATH MAILCHECK SHELLOPTS;do (unset $_r)&&unset $_r;done;' +
    '} 2>/dev/null'
  )
}

/** Not by `eval`: bash forgets the rest of the line when line editing changes in there (5.2, `set_edit_mode`). */
const NO_EDITING = 'for _r in "set +o emacs +o vi" "set +H";do ($_r)&&$_r;done 2>/dev/null'
const EDITING = /\b(?:emacs|vi)\b/

/** Taken in a shell of our own alone, and only as a whole. */
function guarded(text: string): string {
  return `_r=${quote(text)};[ "$1" = ${NESTED} ]&&[ \${#_r} = ${text.length} ]&&eval "$_r"`
}

/** What a shell says of itself: the name it was given, its flags, and the name once more when it took our settings. */
type Found = { name: string; flags: string; isSet: boolean }

/**
 * Returns whether the shell that answers is our own. A line that was damaged is typed again; only when none of ours
 * starts are the settings taken in the shell that was found.
 */
async function enter(talk: Talk, base: Base, signal: AbortSignal): Promise<boolean> {
  let withTerminal = false
  let refused = 0
  let typed = ENTER
  for (let tries = 0; tries < MOST_ENTERED && refused < TRIES; tries++) {
    await talk.type(typed, signal)
    typed = ''
    const found = await settle(talk, base, tries, signal)
    if (found === null) await question(talk, 'interrupt', '', TAKEN_MS, signal)
    else if (found.name !== NESTED) {
      refused += 1
      typed = ENTER
    } else if (found.isSet) {
      if (withTerminal || found.flags.includes('m')) return true
      withTerminal = true
      typed = ENTER_WITH_TERMINAL
    }
  }
  return await stay(talk, base, signal)
}

/** The settings in whatever shell there is. */
async function stay(talk: Talk, base: Base, signal: AbortSignal): Promise<boolean> {
  const text = settings(base)
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await deliver(talk, base.word, text, signal)
    const said = await ask(talk, tries === 0 ? text : 'eval "$_h"', SETTINGS_MS, signal)
    if (said !== null) return said.isSet
    await talk.press('interrupt', signal)
  }
  throw noPrompt(talk, 'the shell took none of our settings')
}

/** At first in one line; then, where that does not arrive whole, in pieces. */
async function settle(talk: Talk, base: Base, tries: number, signal: AbortSignal): Promise<Found | null> {
  const text = guarded(settings(base))
  const said = await ask(talk, text, SETTINGS_MS * 2 ** Math.min(tries, 2), signal)
  if (said === null || said.name !== NESTED || said.isSet) return said
  await deliver(talk, base.word, settings(base), signal)
  return await ask(talk, 'eval "$_h"', SETTINGS_MS, signal)
}

async function ask(talk: Talk, first: string, waitMs: Millis, signal: AbortSignal): Promise<Found | null> {
  const word = makeWord(12)
  const pattern = new RegExp(`${word}:([^:.]*)\\.([^:.]*)\\.([^:.]*)\\.([^.]*)\\.`)
  const typed = ` ${first};${NO_EDITING};echo ${inHalves(word)}:$1.$-.$${OWN}.$SHELLOPTS.\n`
  const said = await hearAfter(talk, typed, text => pattern.exec(text), waitMs, signal)
  if (said === null || !said[2]?.includes('i')) return null
  return { name: said[1] ?? '', flags: said[2], isSet: said[3] === NESTED && !EDITING.test(said[4] ?? '') }
}

/** Types, and waits for the first line that `read` can make something of. */
async function hearAfter<T>(
  talk: Talk,
  typed: string,
  read: (line: string) => T | null,
  waitMs: Millis,
  signal: AbortSignal,
): Promise<T | null> {
  const watch = talk.watch({ see: heard => (heard.kind === 'line' ? read(heard.line.text) : null) })
  try {
    await talk.type(typed, signal)
    return await watch.next(waitMs, signal)
  } finally {
    watch.stop()
  }
}

// ---- functions ----------------------------------------------------------------------------------------------

type Place = { folder: string | null; sum: SumTool | null }
const NO_PLACE: Place = { folder: null, sum: null }

/** The functions that every session needs; what came damaged in typing is typed again. */
async function define(talk: Talk, base: Base, signal: AbortSignal): Promise<Place> {
  const text = commandHelpers(base)
  const place = await inject(talk, base.word, text, line => placeIn(line, base, text), signal)
  if (place !== null && place.sum !== null) return place
  if (place !== null)
    return (
      (await inject(talk, base.word, plainHelpers(base), line => placeIn(line, base, ''), signal)) ?? NO_PLACE
    )
  throw noPrompt(talk, 'the shell did not take our functions')
}

/** What `_i` says, when the sum of the functions that it has is the sum of those that were typed. */
function placeIn(line: string, base: Base, text: string): Place | null {
  const pattern = new RegExp(`@${base.word} 0 (-|/\\S*/\\${base.folder}) (\\S*) (-|(?:busybox )?(\\w+))\r*$`)
  const [, folder, said, tool, name] = pattern.exec(line) ?? []
  if (folder === undefined || tool === undefined) return null
  const sum = SUM_TOOLS.find(each => each === name) ?? null
  // Torn in the middle of the tool's name: the line is said twice.
  if (tool !== '-' && sum === null) return null
  if (sum === null || folder === '-') return NO_PLACE
  return said === sumOf(sum, Buffer.from(text)) ? { folder, sum } : null
}

/**
 * Has a text evaluated, and only when it arrived with its length: at first it is typed as a whole, then, on a line
 * that loses characters, in pieces.
 */
async function inject<T>(
  talk: Talk,
  word: string,
  text: string,
  read: (line: string) => T | null,
  signal: AbortSignal,
): Promise<T | null> {
  if (!isTypeable(text)) throw new TypeError('helpers are printable text')
  const whole = talk.isLossy() ? null : await evaluate(talk, text, `_h=${quote(text)};`, read, signal)
  if (whole !== null) return whole
  for (let tries = 0; tries < MOST_DELIVERED; tries++) {
    await deliver(talk, word, text, signal)
    for (let again = 0; again < TRIES; again++) {
      const said = await evaluate(talk, text, '', read, signal)
      if (said !== null) return said
    }
  }
  return null
}

async function evaluate<T>(
  talk: Talk,
  text: string,
  first: string,
  read: (line: string) => T | null,
  signal: AbortSignal,
): Promise<T | null> {
  const bad = makeWord(12)
  const typed = ` ${first}if [ \${#_h} = ${text.length} ];then eval "$_h";_i;else echo ${inHalves(bad)};fi\n`
  const readOrBad = (line: string): T | 'bad' | null => (line.includes(bad) ? 'bad' : read(line))
  const said = await hearAfter(talk, typed, readOrBad, TAKEN_MS + first.length, signal)
  if (said === null) await question(talk, 'interrupt', '', TAKEN_MS, signal)
  if (said === 'bad') talk.damaged()
  return said === 'bad' ? null : said
}

// ---- the first command --------------------------------------------------------------------------------------

/** Sets the kernel's console level, reads it back, and says what kind of shell this is. */
function inquiry(printk: string): string {
  return [
    `_K=${quote(printk)}`,
    // Whose folder it is: one of an earlier boot is cleared away some day.
    'read -r _1 </proc/sys/kernel/random/boot_id;echo "$_1 $$" >$_d/b',
    // Not by `read`: it reads byte by byte, and files of numbers in /proc/sys end after the first read.
    `_r=$(cat $_K)&&_r=\${_r%%[!0-9]*}&&echo $_r >$_d/k&&echo ${CONSOLE_LEVEL} >$_K&&_o=$(cat $_K);echo "printk $_r \${_o%%[!0-9]*}"`,
    PLAIN_INQUIRY,
    // Once more: of a text that lost its quote on the way, pieces may have been run.
    'stty -echo noflsh',
    'case " $(stty -a) " in *" -echo "*)echo "echo off";esac',
  ].join('\n')
}

/** A shell without a folder has no tools either: it can say what it is. */
const PLAIN_INQUIRY = 'read -r _r </proc/sys/kernel/osrelease;echo "kernel $_r";echo "flags $-"'

async function learn(session: Session, printk: string, signal: AbortSignal): Promise<void> {
  const text = session.folder === null ? PLAIN_INQUIRY : inquiry(printk)
  const { output } = await exchangeText(session, '_m', text, session.commandTimeoutMs, signal)
  const said = factsIn(output)
  session.echo = said.get('echo') !== 'off'
  session.jobControl = said.get('flags')?.includes('m') ?? false
  session.kernel = said.get('kernel') ?? null
}
