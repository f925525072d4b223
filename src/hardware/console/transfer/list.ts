import { posix } from 'node:path'
import { HardwareError } from '../../../errors.ts'
import type { FetchWanted } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { Session } from '../shell/session.ts'
import { globWord } from './glob.ts'

export type Listed = { path: string; size: number }
type Listing = {
  files: readonly Listed[]
  left: readonly { path: string; why: string }[]
  /** What fits too and is no file; the first of them. */
  folders: readonly string[]
}

const LIST_MS = 30_000
/** They are only counted for a sentence, and a slow line names each. */
const MOST_FOLDERS = 99

/**
 * What there is on the board: regular files, each once. Names with a newline, or that are no text, are left and
 * said; what would be too much is refused before anything is fetched.
 */
export async function listFiles(
  session: Session,
  wanted: FetchWanted,
  signal: AbortSignal,
): Promise<Listing> {
  const words = wanted.patterns.map(globWord).join(' ')
  const text = [
    `cd ${wordOf(wanted.folder)}||exit 3`,
    '_l="',
    `";for _f in ${words};do if [ -d "$_f" ];then case $_f in *"$_l"*);;*)`,
    `[ $_q -ge ${MOST_FOLDERS} ]||{ _q=$(($_q+1));echo "/ $_f";};;esac;continue;fi;[ -f "$_f" ]||continue`,
    'case $_f in *"$_l"*)echo "- ${_f%%"$_l"*}";;*)_o=$(wc -c <"$_f")&&echo "$(($_o)) $_f"||echo "! $_f";esac',
    `_m=$(($_m+1));[ $_m -le ${wanted.most.files} ]||exit 4;done`,
  ].join('\n')
  const { status, raw } = await exchangeText(session, '_b', `_m=0 _q=0\n${text}`, LIST_MS, signal)
  if (status === 3) throw noFolder(session, wanted.folder)
  if (status === 4) throw tooMuch(session, `more than ${wanted.most.files} files fit the patterns`)
  if (status !== 0) throw notListed(session, wanted.folder, status)
  const listing = listingOf(raw, wanted.folder)
  const bytes = listing.files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= wanted.most.bytes) return listing
  throw tooMuch(
    session,
    `${listing.files.length} files have ${bytes} bytes, the most is ${wanted.most.bytes}`,
  )
}

function listingOf(raw: Buffer, folder: string): Listing {
  const files = new Map<string, Listed>()
  const left: { path: string; why: string }[] = []
  const folders: string[] = []
  for (const line of raw.toString('latin1').split('\n')) {
    const [, size = '', bytes] = /^(\d+|[-!/]) (.*)$/.exec(line) ?? []
    if (bytes === undefined) continue
    const name = Buffer.from(bytes, 'latin1')
    const path = posix.resolve(folder, name.toString())
    if (size === '/') folders.push(path)
    else if (size === '!') left.push({ path, why: 'it cannot be read' })
    else if (size === '-') left.push({ path, why: 'its name has a newline' })
    else if (!Buffer.from(name.toString()).equals(name)) left.push({ path, why: 'its name is no UTF-8' })
    else files.set(path, { path, size: Number(size) })
  }
  return { files: [...files.values()], left, folders }
}

function noFolder({ talk }: Session, folder: string): HardwareError {
  return new HardwareError(`there is no folder ${folder} on ${talk.board}`, {
    hint: 'Name files by their whole path, or look at what the test left.',
    cause: 'transfer',
    blame: 'none',
  })
}

/** Some files may have been named before: a part is not taken for all. */
function notListed({ talk }: Session, folder: string, status: number): HardwareError {
  return new HardwareError(`the files in ${folder} on ${talk.board} could not be listed: status ${status}`, {
    hint: `Something on the board ends what we start there, or it lacks memory; then: boards health ${talk.board}`,
    cause: 'transfer',
    blame: 'board',
  })
}

function tooMuch({ talk }: Session, what: string): HardwareError {
  return new HardwareError(`too much to fetch from ${talk.board}: ${what}`, {
    hint: 'Give a narrower pattern, or pack the files on the board first.',
    cause: 'output limit',
    blame: 'none',
  })
}
