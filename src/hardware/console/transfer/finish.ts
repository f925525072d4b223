import type { Outgoing } from '../../types.ts'
import { exchangeText } from '../shell/command.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { SumTool } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { partOf } from './clear.ts'
import { corrupted, refused } from './errors.ts'
import { type Sums, sha256Text } from './sums.ts'

export type Finishing = {
  session: Session
  /** What the board has where it has no SHA-256. */
  tool: SumTool
  file: Outgoing
  /** Of all that was sent. */
  sums: Sums
  path: string
  /** Taken away first. */
  key?: string
}

const VERIFY_MS = 60_000
/** A small board with slow flash. */
const BYTES_PER_MS = 1_000

/**
 * `path.part` is checked whole before it has its name. Returns by what. Throws HardwareError (transfer) where it is
 * something else, (disk) where it cannot be renamed.
 */
export async function finish(finishing: Finishing, signal: AbortSignal): Promise<string> {
  const { session, tool, file, sums, path, key } = finishing
  const part = wordOf(partOf(path))
  // Whoever made it by another way may be another user, and have made it executable.
  const executable = `chmod 755 ${part} 2>/dev/null||[ -x ${part} ]||chmod 755 ${part}`
  const text = [
    ...(key === undefined ? [] : [`rm -f ${wordOf(key)}`]),
    sha256Text(part),
    `_o=\${_o%% *};_r=sha256;[ "$_o" ]||{ _r=${tool};_o=$($_k <${part});_o=\${_o%% *};}`,
    `case $_r.$_o in sha256.${file.sha256}|${tool}.${sums.tool}){ ${executable};}&&mv ${part} ${wordOf(path)}||exit 2;;*)_r="$_o";false;;esac`,
    `_j=$?;echo "$_r";exit $_j`,
  ].join('\n')
  const timeoutMs = VERIFY_MS + file.size / BYTES_PER_MS
  const { status, output } = await exchangeText(session, '_b', text, timeoutMs, signal)
  if (status === 0) return output.trim()
  throw status === 1 ? corrupted(session, path, file, output.trim()) : refused(session, path, output)
}
