import type { Millis } from '../clock.ts'
import { HardwareError, LabError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { quoted } from './word.ts'

type Archive = { folder: string; name: string; entry: string; size: number }

const LEAST_MS: Millis = 60_000
/** A board that writes to slow flash. */
const BYTES_PER_MS = 100

const NO_TAR = 101
const NO_GZIP = 102
const NOT_UNPACKED = 103
const NO_ENTRY = 104
const SAID = '.br-said'

/**
 * Unpacks an archive in the working folder with what the board has, and makes its entry executable. Throws
 * HardwareError where the board has no tar or no room, LabError of class input where the archive is at fault.
 */
export async function unpack(board: OpenBoard, archive: Archive, signal: AbortSignal): Promise<void> {
  const timeoutMs = LEAST_MS + archive.size / BYTES_PER_MS
  const { status, output } = await board.shell.command(script(archive), signal, timeoutMs)
  if (status !== 0) throw failed(board.id, archive, status, output.trim())
}

/** The archive goes as soon as it is unpacked: boards have little room. A tool that is not there says 127. */
function script({ folder, name, entry }: Archive): string {
  const file = quoted(`./${name}`)
  const program = quoted(`./${entry}`)
  const isPacked = /\.(tgz|gz)$/i.test(name)
  const lines = [
    `cd ${folder}||exit ${NOT_UNPACKED}`,
    found('t', 'tar', NO_TAR),
    ...(isPacked ? [found('z', 'gzip', NO_GZIP)] : []),
    `{ ${isPacked ? `$z -dc <${file}|$t xf -` : `$t xf ${file}`};} 2>${SAID}||{ read -r e <${SAID};echo "$e";exit ${NOT_UNPACKED};}`,
    `rm -f ${SAID} ${file};[ -f ${program} ]||exit ${NO_ENTRY};chmod +x ${program}`,
  ]
  return lines.join('\n')
}

function found(variable: string, tool: string, otherwise: number): string {
  const tried = `for ${variable} in ${tool} "busybox ${tool}" "";do $${variable} --help >/dev/null 2>&1;[ $? -ge 126 ]||break;done`
  return `${tried};[ "$${variable}" ]||exit ${otherwise}`
}

function failed(board: string, { name, entry }: Archive, status: number, said: string): LabError {
  const tool = status === NO_TAR ? 'tar' : status === NO_GZIP ? 'gzip' : null
  if (tool !== null)
    return new HardwareError(`${name} cannot be unpacked on ${board}: it has no ${tool}`, {
      hint: `Give the board busybox with ${tool}, ${tool === 'gzip' ? 'submit it as .tar, ' : ''}or submit one program alone.`,
      cause: 'transfer',
      blame: 'site',
    })
  if (status === NO_ENTRY)
    return ofInput(`${name} has no file ${entry}`, 'Name one that is in it, from its top on: --entry run.sh')
  const why = said === '' ? `status ${status}` : said
  const message = `${name} could not be unpacked on ${board}: ${why}`
  if (status !== NOT_UNPACKED || /no space|not enough space/i.test(said))
    return new HardwareError(message, {
      hint: `The board needs room for the archive and for what is in it: boards show ${board}`,
      cause: 'disk',
      blame: 'board',
    })
  return ofInput(message, `Look at it here: tar tf ${name}; then pack it again.`)
}

function ofInput(message: string, hint: string): LabError {
  return new LabError('archive', message, {
    hint,
    failure: { class: 'input', cause: 'transfer', blame: 'none' },
  })
}
