/** A connection by SSH from the first byte until what was asked for is open, over a socket that is connected. */
import type { Socket } from 'node:net'
import type { Client, ConnectConfig } from 'ssh2'
import { messageOf } from '../../errors.ts'
import { type Line, type NoConsole, noConsole, reasonOf } from './driver-errors.ts'
import { serverWords } from './server-words.ts'
import type { Account } from './ssh-account.ts'
import type { Trust } from './ssh-trust.ts'

export type SshOpening<S> = {
  /** Rejects with HardwareError (no console, log-in). */
  opened: Promise<S>
  /** What is being done, for an error. */
  step(): string
  /** Why it ended, once it has. */
  ending(): string
  /** At once, with all that is open. */
  close(): void
}

/** What is asked for once the server has let us in. */
export type SshRequest<S> = {
  step: string
  ask(client: Client, answer: SshAnswer<S>): void
}

export type SshAnswer<S> = {
  given(stream: S): void
  refused(reason: string): void
  /** Why the connection is going to end; the first reason counts. */
  ending(reason: string): void
}

/** Asked when nothing was heard for so long; given up after that many without an answer. */
const KEEP_ALIVE = { keepaliveInterval: 10_000, keepaliveCountMax: 3 }
/** A server that asks on and on gets no more passwords than that. */
const PASSWORDS = 3
const CLOSED = 'closed by the other side'

type Progress = { step: string; refused: NoConsole | null; ending: string | null; words: string }

export async function openSsh<S>(
  line: Line,
  socket: Socket,
  account: Account,
  trust: Trust,
  request: SshRequest<S>,
): Promise<SshOpening<S>> {
  // Loaded when the first is opened: a lab of other consoles does not pay for it.
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  const progress: Progress = { step: 'key exchange', refused: null, ending: null, words: '' }
  const { promise: opened, resolve, reject } = Promise.withResolvers<S>()
  // It may fail before anybody waits for it.
  opened.catch(() => {})
  const fail = (trouble: NoConsole): void => reject(noConsole(line, trouble))

  client.on('handshake', () => {
    progress.step = 'log-in'
  })
  client.on('error', error => {
    const { level } = error
    progress.words = serverWords(hide(error.message, account))
    // An agent that fails is one way less: the next is tried.
    if (level === 'agent') return
    progress.ending ??= level === 'client-socket' ? reasonOf(error) : endingOf(level, progress.words)
    fail(progress.refused ?? troubleOf(level, progress, account))
  })
  client.on('close', () => {
    fail({ step: progress.step, reason: progress.ending ?? CLOSED })
  })
  client.on('change password', () => {
    fail(noLogIn(`the password of ${account.username} has expired`))
  })
  client.on('keyboard-interactive', answersWith(account.password ?? ''))
  client.on('ready', () => {
    progress.step = request.step
    const refused = (reason: string): void => fail({ step: request.step, reason })
    const ending = (reason: string): void => {
      progress.ending ??= reason
    }
    try {
      request.ask(client, { given: resolve, refused, ending })
    } catch (error) {
      // It throws where the connection has ended meanwhile.
      refused(progress.ending ?? serverWords(messageOf(error)))
    }
  })
  client.connect(configOf(socket, account, trust, progress))

  return {
    opened,
    step: () => progress.step,
    ending: () => progress.ending ?? CLOSED,
    close: () => void client.destroy(),
  }
}

function configOf(socket: Socket, account: Account, trust: Trust, progress: Progress): ConnectConfig {
  const { ways, ...who } = account
  return {
    sock: socket,
    ...who,
    authHandler: ways,
    tryKeyboard: account.password !== undefined,
    // Deadlines are the driver's.
    readyTimeout: 0,
    ...KEEP_ALIVE,
    ...(trust.algorithms === null ? {} : { algorithms: { serverHostKey: trust.algorithms } }),
    hostVerifier: (key: Buffer) => {
      progress.refused = trust.judge(key)
      return progress.refused === null
    },
  }
}

type Ask = (
  name: string,
  instructions: string,
  language: string,
  prompts: readonly { prompt: string; echo?: boolean | undefined }[],
  answer: (words: string[]) => void,
) => void

/** Only what is typed unseen is answered with the password. */
function answersWith(password: string): Ask {
  let given = 0
  return (_name, _instructions, _language, prompts, answer) => {
    given += 1
    answer(prompts.map(({ echo }) => (echo === true || given > PASSWORDS ? '' : password)))
  }
}

function endingOf(level: string | undefined, words: string): string {
  if (level === 'client-timeout') return 'the other side stopped answering'
  return words === '' || level !== undefined ? CLOSED : `closed by the other side, saying "${words}"`
}

function troubleOf(
  level: string | undefined,
  { step, words, ending }: Progress,
  account: Account,
): NoConsole {
  if (level === 'client-authentication') {
    const ways = account.ways.filter(way => way !== 'keyboard-interactive')
    return noLogIn(`the server does not let ${account.username} in by ${ways.join(' or ')}`)
  }
  // What this side found: ssh2's own words, which name what the two have not in common.
  if ((level === 'handshake' || level === 'protocol') && !/^connection lost/i.test(words))
    return { step, reason: words }
  return { step, reason: ending ?? CLOSED }
}

function noLogIn(reason: string): NoConsole {
  return {
    step: 'log-in',
    reason,
    hint: 'Check username and password, key or agent in boards.yaml, and what the server allows; its log says why.',
    cause: 'log-in',
    blame: 'lab',
  }
}

/** A server may say anything, also what it was told. */
function hide(text: string, { password, passphrase }: Account): string {
  return [password, passphrase].reduce<string>(
    (shown, secret) => (secret === undefined || secret === '' ? shown : shown.replaceAll(secret, '***')),
    text,
  )
}
