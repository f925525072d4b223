import { type Child, startChild } from './child.ts'
import type { BotSaid } from './children/bot.ts'

/** The whole bot in a process of its own, as a bench uses it. */
export type Bot = {
  pid: number
  /** Types a line; resolves when it was answered, with the instants of both and what it started. */
  type(line: string): Promise<{ from: number; to: number; started: string | null }>
  /** The same for a line that starts a test, made to be no other. */
  submit(line: string): Promise<{ run: string; from: number; to: number }>
  /** The instant at which a run came into a state. */
  reached(run: string, state: string): Promise<number>
  usage(): Promise<Extract<BotSaid, { say: 'usage' }>>
  end(): Promise<void>
}

export async function startBot(dataDir: string, boardsFile: string): Promise<Bot> {
  const child: Child<BotSaid> = startChild<BotSaid>('bot', [], {
    ...{ CHAT: 'terminal', PORT: '0', DATA_DIR: dataDir, BOARDS_FILE: boardsFile },
  })
  await child.hear(said => (said.say === 'ready' ? true : null), 'the bot is up')
  let asked = 0
  const answers = new Map<string, number>()

  async function type(line: string): Promise<{ from: number; to: number; started: string | null }> {
    const before = answers.get(line) ?? 0
    answers.set(line, before + 1)
    child.tell({ line })
    let seen = 0
    const isMine = (said: BotSaid): boolean =>
      said.say === 'answered' && said.line === line && ++seen > before
    const { from, to, started, fault } = await child.hear(
      said => (said.say === 'answered' && isMine(said) ? said : null),
      line,
    )
    if (fault !== null) throw new Error(`${line}: ${fault}`)
    return { from, to, started }
  }

  return {
    pid: child.pid,
    type,
    async submit(line) {
      const { from, to, started } = await type(`${line} --env N=${++asked}`)
      return { run: started?.replace('run/', '') ?? '', from, to }
    },
    reached: (run, state) =>
      child.hear(
        said => (said.say === 'run' && said.id === run && said.state === state ? said.at : null),
        `${run} is ${state}`,
      ),
    async usage() {
      const n = ++asked
      child.tell({ usage: n })
      return await child.hear(said => (said.say === 'usage' && said.n === n ? said : null), 'usage')
    },
    end: child.end,
  }
}
