import type { Switchable } from './types.ts'

/** A record of settings that can be changed while the thing runs; `onChange` sees the new one and the old one. */
export function createSwitchable<F extends object>(
  start: F,
  onChange: (now: Readonly<F>, before: Readonly<F>) => void = () => {},
): Switchable<F> {
  let current = { ...start }
  return {
    get: () => current,
    set(change) {
      const before = current
      current = { ...current, ...change }
      onChange(current, before)
    },
  }
}
