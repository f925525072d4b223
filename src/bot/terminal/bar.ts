/** A share as a bar of ten. */

const BAR = 10

export function shareOf(done: number, total: number): number {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0
  return Number.isFinite(share) ? share : 0
}

export function bar(done: number, total: number): string {
  const full = Math.floor(shareOf(done, total) * BAR)
  return '▓'.repeat(full) + '░'.repeat(BAR - full)
}
