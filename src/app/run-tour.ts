import { readFile } from 'node:fs/promises'
import { Readable, Writable } from 'node:stream'
import type { App } from '../app.ts'
import type { TerminalFace } from '../bot/terminal/face.ts'
import { openFace } from './faces.ts'
import { ROOT, type Session } from './session.ts'
import { type Played, parseTour, playTour } from './tour.ts'

/** Plays the tour through the same parser and renderer as everything else. 0 only if every expectation held. */
export async function runTour(session: Session, app: App, stop: AbortSignal): Promise<number> {
  const steps = parseTour(await readFile(session.flags.tour, 'utf8'))
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  const play = (lines: readonly string[]): Promise<Played> => playLines(session, app, lines, print, stop)
  return (await playTour({ steps, play, print })) ? 0 : 1
}

/** The line that lets a board print the recorded log. */
export const REPLAY_LINE = 'run-test replay --shell replay'

/** The recorded log through the whole product, as if it happened now. The exit status is the run's. */
export async function runReplay(session: Session, app: App, stop: AbortSignal): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  return (await playLines(session, app, [REPLAY_LINE, 'tests show T1'], print, stop)).exit
}

/** Each line is typed into a face of its own, so that it stands above its answer; what ends in `&` is only waited for until it is answered. */
async function playLines(
  session: Session,
  app: App,
  lines: readonly string[],
  print: (line: string) => void,
  stop: AbortSignal,
): Promise<Played> {
  let output = ''
  let onWritten = (): void => {}
  const tee = new Writable({
    write(chunk: Buffer, _encoding, done) {
      output += chunk.toString()
      onWritten()
      process.stdout.write(chunk, () => done())
    },
  })
  const faces: TerminalFace[] = []
  const ends: Promise<number>[] = []
  const onStop = (): void => faces.at(-1)?.close()
  stop.addEventListener('abort', onStop)
  for (const line of lines) {
    stop.throwIfAborted()
    print(`> ${line}`)
    const input = Readable.from([`${line.replace(/ &$/, '')}\n`])
    const face = openFace(session, app, {
      input,
      output: tee,
      isTTY: false,
      colour: false,
      folder: ROOT,
      stays: false,
    })
    faces.push(face)
    const answered = new Promise<void>(resolve => {
      onWritten = resolve
    })
    const end = face.run()
    ends.push(end)
    await (line.endsWith(' &') ? Promise.race([end, answered]) : end)
  }
  const exits = await Promise.all(ends)
  for (const face of faces) face.close()
  stop.removeEventListener('abort', onStop)
  return { output, exit: Math.max(0, ...exits) }
}
