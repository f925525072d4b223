import { exchangeText } from '../shell/command.ts'
import type { Session } from '../shell/session.ts'
import { UNIT } from './limits.ts'
import type { Parts } from './parts.ts'

/** Whole units; a megabyte has some sixty of these. */
const BLOCK = UNIT * 128
const BLOCKS_AT_ONCE = 64
const SUMS_MS = 60_000
const CUT_MS = 10_000

/**
 * What an earlier call left of the same file is compared with it, block by block, and kept as far as it is the same.
 * Nothing is taken on trust: a reset may have lost what was written last.
 */
export async function goOn(session: Session, word: string, parts: Parts, signal: AbortSignal): Promise<void> {
  let blocks = 0
  for (;;) {
    const sums = await sumsFrom(session, word, blocks, signal)
    const same = await parts.skip(BLOCK, sums)
    blocks += same
    if (same < BLOCKS_AT_ONCE) break
  }
  const cut = blocks === 0 ? `: >${word}` : `dd if=/dev/null of=${word} bs=${BLOCK} seek=${blocks}`
  await exchangeText(session, '_b', cut, CUT_MS, signal)
}

async function sumsFrom(
  session: Session,
  word: string,
  from: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const text = `_f=${word};_o=$(wc -c <"$_f");_o=$((_o/${BLOCK}));_l=${from};[ $_o -lt ${from + BLOCKS_AT_ONCE} ]||_o=${from + BLOCKS_AT_ONCE}
while [ $_l -lt $_o ];do dd if="$_f" bs=${BLOCK} skip=$_l count=1 2>/dev/null|{ _g;echo $_r;};_l=$((_l+1));done`
  const { output } = await exchangeText(session, '_b', text, SUMS_MS, signal)
  return output.split('\n').filter(line => line !== '')
}
