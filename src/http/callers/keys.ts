import { createHash, timingSafeEqual } from 'node:crypto'
import type { ApiKey } from '../../config/types.ts'

export type KeyRing = {
  /** Whose key it is, or null. Takes as long whichever it is, and whether it is any. */
  find(key: string): ApiKey | null
}

type Compare = (a: Buffer, b: Buffer) => boolean

/**
 * Sums are compared, not keys: they are all of one length, and what a comparison could tell of a sum tells nothing of
 * the key. Every one is looked at, found or not.
 */
export function createKeyRing(keys: readonly ApiKey[], compare: Compare = timingSafeEqual): KeyRing {
  const known = keys.map(key => ({ key, sum: sumOf(key) }))
  return {
    find(key) {
      const sum = sha256(key)
      let found: ApiKey | null = null
      for (const one of known) {
        const isIt = compare(sum, one.sum)
        found = isIt ? one.key : found
      }
      return found
    },
  }
}

function sumOf({ key }: ApiKey): Buffer {
  return key.kind === 'plain' ? sha256(key.value) : Buffer.from(key.hex, 'hex')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
