import { createHash } from 'node:crypto'
import type { FileWay } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import { wholeSumOf } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import type { Listed } from './list.ts'
import { SHA256_WORDS } from './sums.ts'
import { WayError } from './way-error.ts'
import { elsewhere } from './way-send.ts'

/** What is kept in memory. The board sums so many of them in one go: 32 MB, in 2 kB on the console. */
const BLOCK = 1024 * 1024
const SUMS = 32
const SUMS_MS = 120_000

/** A way that gave once what the board has leads to it. */
export type Proven = WeakSet<FileWay>

/**
 * The blocks of a file from `from` on, read beside the console; each is given only when the board has the same there.
 * Throws WayError where the console has to go on, after the last block that was given.
 */
export async function* fetchByWay(
  session: Session,
  way: FileWay,
  file: Listed,
  from: number,
  proven: Proven,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let sums = await sumsFrom(session, file, from, signal)
  if (sums.length === 0) throw new WayError(way.where, 'refused', `${file.path} is gone`)
  const far = await opened(way, file, signal)
  try {
    for (let at = from; at < file.size; at += BLOCK) {
      if (sums.length === 0) sums = await sumsFrom(session, file, at, signal)
      const length = Math.min(BLOCK, file.size - at)
      const bytes = await far.read(at, length, signal)
      if (bytes.length !== length || !sums.shift()?.(bytes)) throw differs(way, file, proven)
      proven.add(way)
      yield bytes
    }
  } finally {
    far.close()
  }
}

async function opened(way: FileWay, { path }: Listed, signal: AbortSignal): ReturnType<FileWay['open']> {
  try {
    return await way.open(path, signal)
  } catch (error) {
    if (error instanceof WayError && error.trouble === 'missing') throw elsewhere(way, path)
    throw error
  }
}

function differs(way: FileWay, { path }: Listed, proven: Proven): WayError {
  if (!proven.has(way)) return elsewhere(way, path)
  return new WayError(
    way.where,
    'refused',
    `${path} is another there than through the console, or changed meanwhile`,
  )
}

type Fits = (bytes: Uint8Array) => boolean

/** What the board has, of a file that is there; by the tool that it has where it has no SHA-256. */
async function sumsFrom(session: Session, file: Listed, from: number, signal: AbortSignal): Promise<Fits[]> {
  const first = from / BLOCK
  const last = Math.min(Math.ceil(file.size / BLOCK), first + SUMS)
  const text = [
    `_f=${wordOf(file.path)};_l=${first}`,
    `for _r in ${SHA256_WORDS} "";do [ "$_r" ]&&$_r </dev/null >/dev/null 2>&1&&break;done`,
    `[ "$_r" ]&&echo sha256||{ _r=$_k;echo tool;}`,
    `while [ $_l -lt ${last} ];do _o=$(dd if="$_f" bs=${BLOCK} skip=$_l count=1 2>/dev/null|$_r)||exit 1;echo "\${_o%% *}";_l=$(($_l+1));done`,
  ].join('\n')
  const { output } = await exchangeText(session, '_b', text, SUMS_MS, signal)
  const [kind, ...words] = output.trimEnd().split('\n')
  const tool = session.sum ?? 'cksum'
  return words.map(word => bytes => word === (kind === 'sha256' ? sha256Of(bytes) : wholeSumOf(tool, bytes)))
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
