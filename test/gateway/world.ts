import { createGateway } from '../../src/gateway/gateway.ts'
import type { Gateway, GatewayLimits } from '../../src/gateway/types.ts'
import type { ConsoleWord } from '../../src/lab/consoles.ts'
import type { Person } from '../../src/lab/types.ts'
import { silentLog } from '../../src/log.ts'
import type { AuditEntry } from '../../src/storage/types.ts'
import { HERE, type LabUnderTest, openLab } from '../lab/harness.ts'
import { aBoard } from '../lab/samples.ts'
import { until } from '../until.ts'
import { type Caller, type CallerOptions, call } from './caller.ts'

const HOUR = 3_600_000

/** Time passes in jumps here, with no answer from anybody on the way. */
const NEVER = 1e12

/** The board a2 has two. */
const FIRST = { ...aBoard('a2').consoles[0], purpose: 'kernel' }
const SECOND = { ...FIRST, name: 'uart1', purpose: 'secure world', where: 'telnet 127.0.0.1:a2-uart1' }

type Where = { board: string; console: string }

/** The real lab and the real gateway on real sockets; only the boards do as they are told. */
export type GatewayWorld = LabUnderTest & {
  readonly gateway: Gateway
  readonly port: number
  person(name: string): Person
  /** A board of their own: the lease. */
  lend(name: string, board?: string): Promise<string>
  /** Connected, nothing said yet. */
  call(options?: Partial<CallerOptions>): Caller
  /** With a word to type with: greeted, at the board. */
  typist(lease: string, name: string, options?: Partial<CallerOptions & Where>): Promise<Caller>
  watcher(name: string, options?: Partial<CallerOptions & Where>): Promise<Caller>
  /** Its time passes, in steps: what is stored on the way takes real time. */
  runOut(lease: string): Promise<void>
  print(text: string | Uint8Array): void
  /** What reached the board a1. */
  typed(): Buffer
  typedText(text: string): Promise<void>
  audited(): Promise<readonly AuditEntry[]>
  close(): Promise<void>
}

export async function openWorld(limits: Partial<GatewayLimits> = {}): Promise<GatewayWorld> {
  const world = await openLab({ boards: [aBoard('a1'), aBoard('a2', { consoles: [FIRST, SECOND] })] })
  const { lab, clock, site } = world
  const gateway = createGateway({
    host: '0.0.0.0',
    port: 0,
    lab,
    clock,
    log: silentLog,
    limits: { silentMs: NEVER, ...limits },
  })
  const { port } = await gateway.start()
  const callers: Caller[] = []
  const person = (name: string): Person => ({ id: name, name, platform: 'terminal' })
  const dial = (options: Partial<CallerOptions> = {}): Caller => {
    const caller = call({ port, ...options })
    callers.push(caller)
    return caller
  }
  const enter = async (
    { word, board, console }: ConsoleWord,
    options?: Partial<CallerOptions>,
  ): Promise<Caller> => {
    const caller = dial(options)
    await caller.saw('Word: ')
    caller.type(`${word}\r`)
    await caller.saw(`-- ${board}${console === null ? '' : ` ${console}`}: you `)
    return caller
  }
  const typed = (): Buffer => Buffer.concat([...(site.typed.get('a1') ?? [])])
  let printed = 0
  return {
    ...world,
    gateway,
    port,
    person,
    lend: async (name, board = 'a1') =>
      (await lab.lend({ target: board, termMs: HOUR }, person(name), HERE)).id,
    call: dial,
    typist: (lease, name, options) =>
      enter(lab.consoles.typingWord(lease, person(name), options?.console ?? null), options),
    watcher: (name, options) =>
      enter(
        lab.consoles.watchingWord(options?.board ?? 'a1', person(name), options?.console ?? null),
        options,
      ),
    async runOut(lease) {
      const isOver = async (): Promise<boolean> => {
        await clock.pass(HOUR / 10)
        return lab.lease(lease)?.state !== 'active'
      }
      await until(isOver, `${lease} runs out`)
    },
    print(text) {
      const bytes = Buffer.from(text)
      site.news('a1', { kind: 'chunk', chunk: { offset: printed, t: 0, bytes } })
      printed += bytes.length
    },
    typed,
    typedText: async text => void (await until(() => typed().toString() === text, `the board got "${text}"`)),
    audited: async () => (await lab.audit(['console'], 100)).toReversed(),
    async close() {
      for (const caller of callers) caller.close()
      await gateway.stop()
      await world.close()
    },
  }
}
