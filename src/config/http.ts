import { z } from 'zod'
import { parseNetwork } from './networks.ts'
import { isWebAddress } from './web-address.ts'

export const ROLES = ['user', 'operator', 'admin'] as const

const MOST = 100

/**
 * The beginning of an address, with its host whole: as `URL` writes it there is a path, so that what begins with
 * `https://ci.example.com` is not on `ci.example.com.evil.org`.
 */
const Beginning = z
  .string()
  .refine(isBeginning, 'is no beginning of an address such as https://ci.example.com/job/')
  .transform(text => URL.parse(text)?.href ?? text)

/** What is written with a star in its host, or with a `?` and nothing behind it, would never match. */
function isBeginning(text: string): boolean {
  return isWebAddress(text) && !/[?#]/.test(text) && !(URL.parse(text)?.host.includes('*') ?? true)
}

const Network = z
  .string()
  .refine(text => parseNetwork(text) !== null, 'is no network such as 10.0.0.0/8')
  .transform(text => parseNetwork(text) ?? text)

/** Everything is closed until somebody opens it, but for pages, which design 6 has open. */
export const HttpSchema = z.strictObject({
  keylessRole: z.enum(ROLES).default('user'),
  pagesNeedKey: z.boolean().default(false),
  /** M6.1 */
  binaries: z.array(Beginning).max(MOST).default([]),
  /** M8.4 */
  callbacks: z.array(Beginning).max(MOST).default([]),
  networks: z.array(Network).max(MOST).default([]),
})
