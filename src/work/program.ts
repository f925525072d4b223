import type { Clock } from '../clock.ts'
import { HardwareError } from '../errors.ts'
import type { OpenBoard, SendReport } from '../hardware/types.ts'
import { fileBytes } from './file-bytes.ts'
import type { Stopper } from './stopper.ts'
import type { RunTestJob, WorkContext } from './types.ts'
import { unpack } from './unpack.ts'
import { quoted } from './word.ts'

/** A test's program on its board: how it gets into the working folder, how it is called, and how it leaves. */
export type Placing = {
  job: RunTestJob
  board: OpenBoard
  ctx: WorkContext & { clock: Clock }
  stopper: Stopper
  folder: string
}

export function folderOf({ id, attempt }: Pick<RunTestJob, 'id' | 'attempt'>): string {
  return `${foldersOf(id)}${attempt}`
}

function foldersOf(id: string): string {
  return `/tmp/br-${id.toLowerCase()}-`
}

/** Throws HardwareError (transfer, disk), LabError of class input for an archive that is none. */
export async function place(placing: Placing): Promise<SendReport | null> {
  const { job, board, stopper, folder, ctx } = placing
  await makeFolder(placing)
  if (job.program.kind === 'shell') return null
  const { name, path, size, sha256, entry } = job.program
  const copied = await board.shell.send(
    { bytes: fileBytes(path), again: () => fileBytes(path), size, sha256 },
    `${folder}/${name}`,
    stopper.any,
    sent => ctx.onEvent({ kind: 'progress', done: sent, total: size, label: name }),
  )
  ctx.onEvent({ kind: 'copied', copied })
  if (entry !== undefined) await unpack(board, { folder, name, entry, size }, stopper.any)
  return copied
}

async function makeFolder({ job, board, stopper, folder }: Placing): Promise<void> {
  const made = await board.shell.command(emptied(job, folder), stopper.any)
  if (made.status === 0) return
  const said = made.output.trim() || `status ${made.status}`
  throw new HardwareError(`${board.id} could not make the working folder ${folder}: ${said}`, {
    hint: `Look at its file system: boards show ${board.id}`,
    cause: 'disk',
    blame: 'board',
  })
}

/**
 * Of attempts before this one, on this board, nothing is kept but the part of the file that had come: what runs is
 * always sent, or gone on with, and checked as a whole. What still runs of them is ended.
 */
function emptied(job: RunTestJob, folder: string): string {
  const empty = `rm -rf ${folder} && mkdir -p ${folder}`
  if (job.attempt === 1) return empty
  const part = job.program.kind === 'binary' ? `"$d"/${quoted(`${job.program.name}.part`)}` : null
  const keep = part === null ? '' : `[ ! -f ${part} ]||mv ${part} ${folder}/;`
  return `${empty}||exit 1
for d in ${foldersOf(job.id)}*;do [ "$d" != ${folder} ]||continue;${endStrays(job, '"$d"')}${keep}rm -rf "$d";done;:`
}

export function argvOf({ program, args }: RunTestJob): readonly string[] {
  if (program.kind === 'binary') return [`./${program.entry ?? program.name}`, ...args]
  return ['/bin/sh', '-c', program.command, 'sh', ...args]
}

/** The working folder goes, and a framed command answers: only then is the board said to be clean. */
export async function cleanUp({ job, board, stopper, folder }: Placing): Promise<boolean> {
  if (!stopper.mayType() || stopper.hard.aborted || stopper.finding() !== null) return false
  try {
    return (await board.shell.command(`${endStrays(job, folder)}rm -rf ${folder}`, stopper.hard)).status === 0
  } catch {
    return false
  }
}

/**
 * The shell ends the program's process group and session; one that made a session of its own is found by where it
 * is or what it runs. Daemons that are meant to outlive a test, such as a service it restarted, go to / first.
 */
function endStrays({ program }: RunTestJob, folder: string): string {
  const own = program.kind === 'binary' ? `${folder}/${quoted(program.entry ?? program.name)}` : folder
  const isOurs = `[ $p/cwd -ef ${folder} ]||[ $p/exe -ef ${own} ]`
  return `for p in /proc/[0-9]*;do { ${isOurs};}&&kill -9 \${p#/proc/};done 2>/dev/null;`
}
