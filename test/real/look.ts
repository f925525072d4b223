import { openConsole, run } from '../simulator/console-client.ts'

const WITHIN_MS = 60_000

/** Waits until a board has booted to its shell. For when nobody else is at its console. */
export async function booted(port: number): Promise<void> {
  const client = await openConsole(port)
  try {
    await client.see(/BOOT-DONE[\s\S]*# /, WITHIN_MS)
  } finally {
    client.close()
  }
}

/** What the shell at a console says to a command line, with nothing of the product in between. */
export async function ask(port: number, command: string): Promise<string> {
  const client = await openConsole(port)
  try {
    return await run(client, command, WITHIN_MS)
  } finally {
    client.close()
  }
}

/** What a test may have left on a board, a fact a line. */
export type Traces = {
  /** Processes that are no kernel threads, by name. */
  processes: readonly string[]
  tmp: readonly string[]
  consoleLevel: string
  /** Of the terminal at the console. */
  echo: boolean
}

/** Names of processes with a command line: kernel threads have none, and our own question ends while it is asked. */
const PROCESSES =
  'for p in /proc/[0-9]*; do read -r c < $p/cmdline; [ -n "$c" ] && cat $p/comm; done 2>/dev/null'

export async function tracesOn(port: number): Promise<Traces> {
  const level = 'read -r level < /proc/sys/kernel/printk; echo $level'
  const answer = await ask(port, `${PROCESSES}; echo ---; ls -A /tmp; echo ---; ${level}; echo ---; stty -a`)
  const [processes = '', tmp = '', consoleLevel = '', terminal = ''] = answer.split('---\n')
  return {
    processes: words(processes).sort(),
    tmp: words(tmp),
    consoleLevel: consoleLevel.trim(),
    echo: / echo /.test(terminal),
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}
