import { sumOf, wholeSumOf } from '../../../src/hardware/console/shell/frame-sum.ts'

/** What a program of ours on the board is: where it runs, and which attempt of which test it is. */
export type Launched = { script: string; folder: string }

/** What the shell of a board needs of the board. */
export type ShellHost = {
  say(text: string): void
  launch(program: Launched): void
  /** A signal for the program that runs. */
  signal(name: 'INT' | 'KILL'): void
  /** A piece of a file came: false when the board is gone with it. */
  takes(path: string): boolean
  files: Map<string, Buffer>
}

export type BoardShell = {
  typed(text: string): void
  /** The program that was launched has ended. */
  ended(status: number): void
  print(text: string): void
}

/** Our shell inside the board's own: what it was told of itself, and the last command that ended. */
type Nested = {
  word: string
  prompt: string
  folder: string
  started: number
  last: { number: number; status: number; output: Buffer; sum: string } | null
}
type Program = { number: number; end: string; guarded: boolean; status: number | null }
type Document = { number: number; sum: string; path: string; code: string }
type Done = { status: number; output: string }

const KERNEL = '6.1.0-28-lab'
const LINES = { enter: / sh -c 'export ENV=;exec sh -is boardroom'$/, name: /PS1='(\w+)''(\w+):0> '/ }
const ASKED = /echo (\w+)''(\w+):\$1\.\$-\./
const QUESTION = /^ ?echo (\w+)''(\w+):(.*):$/
const HELPERS = /^ _h='([\s\S]*)';if \[ \$\{#_h\} = (\d+) \];then .*;else echo (\w+)''(\w+);fi$/

/** A board's shell on its console, and ours within it: in memory, with what our helpers there would say. */
export function createBoardShell(host: ShellHost): BoardShell {
  let pending = ''
  let nested: Nested | null = null
  let document: Document | null = null
  let guard: { number: number; start: string; end: string } | null = null
  let program: Program | null = null

  const say = (text: string): void => host.say(text.replaceAll('\n', '\r\n'))
  const prompt = (): string =>
    nested === null ? '# ' : nested.prompt === '' ? '$ ' : `${nested.prompt}:${nested.last?.number ?? 0}> `
  const ends = ({ word, last }: Nested): string => {
    if (last === null) return ''
    const end = `@${word} ${last.number} ${last.status} ${last.sum}\n`
    return `\n${end}${end}`
  }

  const ended = (here: Nested, number: number, trailer: string, done: Done): void => {
    const output = Buffer.from(done.output)
    const sum = sumOf('cksum', Buffer.concat([output, Buffer.from(`${number} ${done.status} ${trailer}`)]))
    here.started = number
    here.last = { number, status: done.status, output, sum }
    say(`@${here.word} ${number}\n${done.output}${ends(here)}${prompt()}`)
  }
  const again = (here: Nested, number: number): void => {
    if (here.last?.number === number) {
      const code = here.last.output.toString('base64').replace(/.{76}/g, '$&\n')
      say(`@${here.word} ${number} b\n${code}\n${ends(here)}${prompt()}`)
      return
    }
    const letter = here.started === number ? 'x' : 'n'
    say(`@${here.word} ${number} ${letter}\n@${here.word} ${number} ${letter}\n${prompt()}`)
  }

  /** What a command of ours comes to; those that only tidy up come to nothing. */
  const run = (text: string): Done => {
    const nothing = { status: 0, output: '' }
    if (text.includes('_z KILL') && text.includes('exit 9')) return signal('KILL')
    if (text.includes('kill -INT')) return signal('INT')
    if (text.includes('_l=$(_z KILL)')) return { status: 0, output: '\n' }
    if (text.startsWith('_K='))
      return { status: 0, output: `printk 7 5\nkernel ${KERNEL}\nflags ims\necho off\n` }
    if (text.startsWith('_P(){')) return { status: 0, output: 'tools setsid df env\ndecoder base64 -d\n' }
    if (text.startsWith('df -Pk')) return { status: 0, output: 'tmpfs 512000 0 512000 0% /tmp\n' }
    if (text === 'cat $_d/s')
      return { status: 0, output: `${program?.number ?? 0} ${program?.status ?? ''}\n` }
    const emptied = /^rm -f (\S+);: >\1$/.exec(text)
    if (emptied !== null) host.files.set(pathOf(emptied[1]), Buffer.alloc(0))
    const moved = /sha256\.([0-9a-f]{64})\|[\s\S]*&&mv (\S+) ([^\s|]+)/.exec(text)
    return moved === null ? nothing : move(moved[1] ?? '', pathOf(moved[2]), pathOf(moved[3]))
  }
  const signal = (name: 'INT' | 'KILL'): Done => {
    if (program === null || program.status !== null) return { status: 9, output: '' }
    host.signal(name)
    return { status: 0, output: '' }
  }
  const move = (sha256: string, part: string, path: string): Done => {
    const content = host.files.get(part)
    if (content === undefined || wholeSumOf('sha256sum', content) !== sha256)
      return { status: 1, output: 'x\n' }
    host.files.delete(part)
    host.files.set(path, content)
    return { status: 0, output: 'sha256\n' }
  }

  const block = (here: Nested, { number, sum, path, code }: Document): void => {
    if (!host.takes(path)) return
    const bytes = Buffer.from(code, 'base64')
    const isWhole = wholeSumOf('cksum', bytes) === sum
    if (isWhole) host.files.set(path, Buffer.concat([host.files.get(path) ?? Buffer.alloc(0), bytes]))
    ended(here, number, `${sum}${path}`, { status: isWhole ? 0 : 1, output: '' })
  }
  const start = (here: Nested, { number, end }: { number: number; end: string }): void => {
    here.started = number
    program = { number, end, guarded: true, status: null }
    const script = (host.files.get(`${here.folder}/p`) ?? Buffer.alloc(0)).toString()
    host.launch({ script, folder: /^cd '([^']+)'/m.exec(script)?.[1] ?? '' })
  }
  /** Whoever reads takes the line, and it is nothing for the shell. */
  const takenByReader = (line: string): boolean => {
    if (nested === null) return false
    if (document !== null) {
      if (line !== '.') document.code += line
      else {
        const whole = document
        document = null
        block(nested, whole)
      }
      return true
    }
    if (guard !== null) {
      const { number, start: word, end } = guard
      if (line !== 'ok') say(`\n@${word} ${number}\n`)
      else {
        guard = null
        start(nested, { number, end })
      }
      return true
    }
    return program?.guarded === true && program.status === null
  }

  const ours = (here: Nested, line: string): boolean => {
    const given = /^_[bm] (\d+) (\d+) ('[\s\S]*')$/.exec(line)
    const written = /^_u (\d+) \d+ (\d+) (\S+) <<\\\.$/.exec(line)
    const started = /^_w (\d+) (\w+) (\w+)$/.exec(line)
    const asked = /^_a (\d+)$/.exec(line)
    if (given !== null) {
      const [number, text] = [Number(given[1]), unquoted(given[3] ?? '')]
      if (text.length + number !== Number(given[2])) say(`@${here.word} ${number} d\n${prompt()}`)
      else ended(here, number, text, run(text))
    } else if (written !== null) {
      document = {
        number: Number(written[1]),
        sum: written[2] ?? '',
        path: pathOf(written[3]),
        code: '',
      }
    } else if (started !== null) {
      guard = { number: Number(started[1]), start: started[2] ?? '', end: started[3] ?? '' }
      say(`\n@${guard.start} ${guard.number}\n`)
    } else if (asked !== null) again(here, Number(asked[1]))
    else return false
    return true
  }
  const setUp = (here: Nested, line: string): boolean => {
    const helpers = HELPERS.exec(line)
    const asked = ASKED.exec(line)
    if (helpers !== null) {
      const text = unquoted(`'${helpers[1]}'`)
      if (text.length !== Number(helpers[2])) say(`${helpers[3]}${helpers[4]}\n${prompt()}`)
      else {
        here.word = /_n=(\w+) /.exec(text)?.[1] ?? ''
        here.folder = `/tmp/${/\/(\.br-\w+)/.exec(text)?.[1] ?? ''}`
        const said = `@${here.word} 0 ${here.folder} ${sumOf('cksum', Buffer.from(text))} cksum\n`
        say(`${said}${said}${prompt()}`)
      }
    } else if (asked !== null) {
      const name = LINES.name.exec(line.replaceAll("'\\''", "'"))
      here.prompt = `${name?.[1] ?? ''}${name?.[2] ?? ''}`
      say(`${asked[1]}${asked[2]}:boardroom.ims.boardroom..\n${prompt()}`)
    } else return false
    return true
  }
  const take = (line: string): void => {
    if (takenByReader(line)) return
    if (nested === null || nested.prompt === '') say(`${line}\n`)
    const question = QUESTION.exec(line)
    if (question !== null) say(`${question[1]}${question[2]}:${saidOf(question[3] ?? '')}:\n${prompt()}`)
    else if (LINES.enter.test(line)) {
      nested = { word: '', prompt: '', folder: '', started: 0, last: null }
      say(prompt())
    } else if (line.trim() === 'exit' && nested !== null) {
      nested = null
      host.signal('KILL')
      say(prompt())
    } else if (nested === null || !(setUp(nested, line) || ours(nested, line))) say(prompt())
  }
  const saidOf = (expression: string): string =>
    expression === '$_v' && nested !== null ? 'boardroom' : expression === '$_n' ? (nested?.word ?? '') : ''

  const interrupt = (): void => {
    pending = ''
    document = null
    guard = null
    if (program !== null) program.guarded = false
    say(`\n${prompt()}`)
  }

  return {
    typed(text) {
      for (const char of text) {
        if (char === '\x03') interrupt()
        else if (char === '\x15') pending = ''
        else if (char === '\n' && !isOpen(pending)) {
          const line = pending
          pending = ''
          take(line)
        } else pending += char
      }
    },
    print: say,
    ended(status) {
      if (program === null || program.status !== null || nested === null) return
      program.status = status
      const frame = `@${program.end} ${program.number} ${status} ${255 - status}\n`
      say(`\n${frame}${frame}${program.guarded ? `${nested.prompt}:${program.number}> ` : ''}`)
    },
  }
}

/** A quotation that is not closed yet. */
function isOpen(text: string): boolean {
  return text.replaceAll("\\'", '').split("'").length % 2 === 0
}

/** A path as it is typed: in quotes or without. */
function pathOf(word = ''): string {
  return word.replaceAll("'", '')
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll("'\\''", "'").replaceAll("'\\\n'", '')
}
