import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock, Millis, Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { newLoaderPace, PIECES } from './boot-loader/echo.ts'
import type { LoaderPace } from './boot-loader/session.ts'
import { createPaceMemory, type PaceMemory, SLOWEST_MS } from './shell/pace.ts'

/** How fast a board can be typed at, kept beside its log from one start to the next (console.md 7). */
export type LearnedPace = {
  readonly shell: PaceMemory
  readonly loader: LoaderPace
  /** Never throws. */
  close(): Promise<void>
}

export type PacePlace = { board: string; dir: string; clock: Clock; log: Log }

const FILE = 'pace.json'
/** What was learned since is learned again after a crash: the disk is not asked for each character. */
const SAVE_EVERY_MS: Millis = 60_000

const Learned = z.object({
  shellMs: z.number().min(0).max(SLOWEST_MS),
  loaderPiece: z.literal(PIECES),
})

/** `dir` is the folder of the console's log, which is there. A file that cannot be read is logged, and nothing is known. */
export async function openLearnedPace({ board, dir, clock, log }: PacePlace): Promise<LearnedPace> {
  const path = join(dir, FILE)
  const known = await load()
  const shell = createPaceMemory(known?.shellMs, changed)
  const loader = newLoaderPace(known?.loaderPiece, changed)
  let saved = textOf()
  let timer: Timer | null = null
  let saving: Promise<void> = Promise.resolve()

  function textOf(): string {
    const shellMs = Math.round(shell.get() * 100) / 100
    return `${JSON.stringify({ shellMs, loaderPiece: loader.piece })}\n`
  }
  function changed(): void {
    timer ??= clock.after(SAVE_EVERY_MS, () => {
      saving = save()
    })
  }
  async function save(): Promise<void> {
    timer = null
    const text = textOf()
    if (text === saved) return
    try {
      // Whoever reads it finds the old one or the new one. One that a power cut left empty is no loss: it is learned again.
      await writeFile(`${path}.tmp`, text)
      await rename(`${path}.tmp`, path)
      saved = text
    } catch (error) {
      log.warn({ board, error: messageOf(error) }, 'the typing pace of a board could not be kept')
    }
  }
  async function load(): Promise<z.infer<typeof Learned> | null> {
    try {
      return Learned.parse(JSON.parse(await readFile(path, 'utf8')))
    } catch (error) {
      const isNew = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isNew) log.warn({ board, error: messageOf(error) }, 'the typing pace of a board is learned anew')
      return null
    }
  }

  return {
    shell,
    loader,
    async close() {
      timer?.cancel()
      await saving
      await save()
    },
  }
}
