import { lookup as lookupName } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type Clock, type Millis, within } from '../clock.ts'
import { InputError, LabError, messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { mayConnect } from './addresses.ts'
import { checkCoding, checkStatus, locationOf, retryAfter } from './answers.ts'
import { bodyOf, call, type Ip, type Message, unreachable } from './call.ts'
import { checkDestination, checkRedirect, shownUrl } from './destinations.ts'
import type { Purpose, Web, WebRules } from './types.ts'

export type WebDeps = {
  rules(): WebRules
  log: Log
  clock: Clock
  /** All addresses of a host name; the system's own when left out. */
  lookup?(host: string): Promise<readonly Ip[]>
}

const MOST_REDIRECTS = 3
const LOOKUP_MS: Millis = 10_000
/** Of the answer to what is posted, for the log. */
const ANSWER_BYTES = 1_024
const ANSWER_MS: Millis = 5_000

export function createWeb({ rules, log, clock, lookup = lookupAll }: WebDeps): Web {
  /** Looked up once: the addresses that are looked at are those that are connected to. */
  async function reach(url: URL, message: Message, signal: AbortSignal): Promise<IncomingMessage> {
    const addresses = await addressesOf(url, signal)
    const { networks } = rules()
    // One that is private is enough to refuse: a name that means both is made to be tried until it fits.
    const inside = addresses.find(({ address }) => !mayConnect(address, networks))
    if (inside !== undefined) throw notPublic(url, inside.address)
    return await call(url, addresses, message, clock, signal)
  }

  async function addressesOf(url: URL, signal: AbortSignal): Promise<readonly Ip[]> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    if (family !== 0) return [{ address: host, family }]
    const late = (): Error => new Error(`no answer within ${LOOKUP_MS / 1000} s`)
    try {
      const found = await within(clock, LOOKUP_MS, lookup(host), late, signal)
      if (found.length > 0) return found
    } catch (error) {
      signal.throwIfAborted()
      throw unreachable(url, `the address of ${host} cannot be found out (${messageOf(error)})`, error)
    }
    throw unreachable(url, `${host} has no address`)
  }

  const allowed = (purpose: Purpose): readonly string[] => rules().allowed[purpose]

  return {
    check: (url, purpose) => void checkDestination(url, purpose, allowed(purpose)),
    async fetch(text, signal) {
      let url = checkDestination(text, 'binary', allowed('binary'))
      for (let redirects = 0; ; redirects++) {
        const response = await reach(url, { method: 'GET', headers: { Accept: '*/*' } }, signal)
        try {
          const location = locationOf(response)
          if (location === null) {
            checkStatus(response, url)
            checkCoding(response, url)
            return { body: bodyOf(response, url, clock, signal) }
          }
          if (redirects === MOST_REDIRECTS) throw tooManyRedirects(text)
          url = checkRedirect(url, location, 'binary', allowed('binary'))
        } catch (error) {
          response.destroy()
          throw error
        }
        response.destroy()
      }
    },
    async post(text, { body, headers }, signal) {
      const url = checkDestination(text, 'callback', allowed('callback'))
      const message: Message = { method: 'POST', headers, body }
      const response = await reach(url, message, signal)
      const status = response.statusCode ?? 0
      const answer = await beginning(response, url, signal)
      log.debug({ url: shownUrl(url), status, answer }, 'posted')
      return { status, retryAfterMs: retryAfter(response, clock.now()) }
    },
  }

  /** For the log alone: the status is known, and whatever goes wrong from here on changes nothing. */
  async function beginning(response: IncomingMessage, url: URL, signal: AbortSignal): Promise<string> {
    const body = bodyOf(response, url, clock, signal)
    const timer = clock.after(ANSWER_MS, () => body.destroy())
    let text = Buffer.alloc(0)
    try {
      for await (const bytes of body as AsyncIterable<Buffer>) {
        text = Buffer.concat([text, bytes]).subarray(0, ANSWER_BYTES)
        if (text.length === ANSWER_BYTES) break
      }
    } catch {}
    timer.cancel()
    body.destroy()
    return text.toString()
  }
}

async function lookupAll(host: string): Promise<readonly Ip[]> {
  return await lookupName(host, { all: true })
}

function notPublic(url: URL, address: string): InputError {
  return new InputError(`${shownUrl(url)} is not called: ${address} is no public address.`, {
    code: 'address',
    hint: 'If it is meant, an admin lists its network in settings.http.networks, such as 10.1.2.0/24.',
  })
}

function tooManyRedirects(text: string): LabError {
  const url = URL.parse(text)
  const shown = url === null ? 'The address' : shownUrl(url)
  return new LabError('address', `${shown} sends on more than ${MOST_REDIRECTS} times.`, {
    hint: 'Give the address that it leads to in the end.',
    failure: 'input',
  })
}
