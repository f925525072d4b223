import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { cleanEnv } from './fixtures/daemon.ts'

/** How a page is looked at; a desktop's window in daylight unless something else is said. */
export type Look = {
  width?: number
  height?: number
  dark?: boolean
  javaScript?: boolean
  /** Whole use of the browser, in ms. */
  withinMs?: number
  /** For HTTP Basic. */
  password?: string
}

/** What the browser took offence at, a sentence each, in the order it came. To be asked for by the test. */
export type Seen = {
  /** Console errors, breaches of the content policy and uncaught exceptions. */
  readonly errors: readonly string[]
  /** What a script of somebody else would have opened. */
  readonly dialogs: readonly string[]
  /** Requests that went anywhere but to where the page was fetched first. */
  readonly strangers: readonly string[]
  /** All of them. */
  faults(): readonly string[]
}

const LAUNCH_MS = 60_000
const STEP_MS = 20_000
const WHOLE_MS = 120_000
const STDERR_KEPT = 8 * 1024

/** Besides those that playwright sets; nothing leaves this machine (feasibility.md 10). */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
]

/**
 * Opens a page in a Chromium of its own, with a profile of its own, and leaves neither behind. What `use` throws is
 * thrown with the browser's last words behind it.
 */
export async function withPage<T>(use: (page: Page, seen: Seen) => Promise<T>, look: Look = {}): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'boardroom-browser-'))
  let stderr = ''
  try {
    const context = await launch(profile, look, text => {
      stderr = `${stderr}${text}\n`.slice(-STDERR_KEPT)
    })
    try {
      const page = context.pages()[0] ?? (await context.newPage())
      return await within(look.withinMs ?? WHOLE_MS, use(page, watch(context)))
    } finally {
      await context.close()
    }
  } catch (error) {
    if (error instanceof Error && stderr !== '') error.message += `\n--- chromium said:\n${stderr}`
    throw error
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function launch(profile: string, look: Look, said: (text: string) => void): Promise<BrowserContext> {
  const { width = 1280, height = 800, dark = false, javaScript = true, password } = look
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: FLAGS,
    // Nothing of the test runner's, and no folder of whoever runs it.
    env: { ...cleanEnv(), HOME: profile, TMPDIR: profile, XDG_RUNTIME_DIR: profile },
    timeout: LAUNCH_MS,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: javaScript,
    ...(password !== undefined && { httpCredentials: { username: 'anyone', password } }),
    logger: {
      isEnabled: name => name === 'browser',
      log: (_name, _severity, message) => said(String(message)),
    },
  })
  context.setDefaultTimeout(STEP_MS)
  return context
}

function watch(context: BrowserContext): Seen {
  const errors: string[] = []
  const dialogs: string[] = []
  const strangers: string[] = []
  let home: string | null = null
  context.on('console', message => {
    if (message.type() !== 'error') return
    const { url } = message.location()
    errors.push(message.text().startsWith('Failed to load') ? `${message.text()} (${url})` : message.text())
  })
  context.on('weberror', failed => errors.push(String(failed.error())))
  context.on('dialog', dialog => {
    dialogs.push(`${dialog.type()}: ${dialog.message()}`)
    dialog.dismiss().catch(() => {})
  })
  context.on('request', request => {
    const url = new URL(request.url())
    // What has no host of its own is fetched from nowhere.
    if (url.host === '') return
    home ??= url.origin
    if (url.origin !== home) strangers.push(`${request.method()} ${url.href}`)
  })
  return { errors, dialogs, strangers, faults: () => [...errors, ...dialogs, ...strangers] }
}

/** A page that stands still must not hold up the tests behind it. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`the page was not done within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
