import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { LabError, messageOf } from './errors.ts'

/** Oldest Node whose type stripping and disposal this program was tried on. */
const OLDEST_NODE = [24, 12] as const

const USAGE = `boardroom: a chat-ops bot for a lab of boards

  boardroom start              the bot, on the inventory of BOARDS_FILE (boards.yaml)
  boardroom demo               a simulated lab and a prompt; with no input at all, a tour
  boardroom demo --replay FILE a board that prints a recorded console log again; with no input, what becomes of it
  boardroom check [FILE]       what is wrong with the environment and the inventory
  boardroom manifest           the manifest of the app at Slack, as JSON; with --url https://… for events over HTTP
  boardroom verdict FILE       what a raw console log (- for the standard input) proves, as JSON; --stage boot|transfer|run|idle,
                               and with --exit-code the status says it: 0 nothing, 1 the software under test, 2 board or site
  boardroom cases FILE         the test cases of a console log (- for the standard input) or a JUnit XML file, as JSON
  boardroom backup DIR         a copy of the data that can be started on
  boardroom --server URL COMMAND LINE
                               the same command line on a bot elsewhere, from any machine: uploads, follows, waits for the end;
                               the key is taken from BOARDROOM_KEY. Such as: boardroom --server http://lab:8080 run-test socA ./hello
  boardroom --version

  --as NAME    who types at the terminal (start, demo)
  --json       each reply as one line of JSON (start, demo; with --server before the command line)
`

/** Exit statuses: 0 all well, 1 a test failed, 2 infrastructure, 3 input (design 10). */
async function main(argv: readonly string[]): Promise<number> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    process.stderr.write(
      `boardroom needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. Install the pinned one: npm ci\n`,
    )
    return 3
  }
  const [command = 'help', ...rest] = argv
  if (isRemote(argv)) {
    const { runRemoteLine } = await import('./app/run-remote.ts')
    return await runRemoteLine(argv, version())
  }
  switch (command) {
    case 'start':
    case 'demo': {
      const { runBot } = await import('./app/run-bot.ts')
      return await runBot(command, rest, version())
    }
    case 'check': {
      const { runCheck } = await import('./app/run-check.ts')
      return await runCheck(rest[0])
    }
    case 'manifest': {
      const { runManifest } = await import('./app/run-manifest.ts')
      return await runManifest(rest)
    }
    case 'verdict': {
      const { runVerdict } = await import('./app/run-verdict.ts')
      return await runVerdict(rest)
    }
    case 'cases': {
      const { runCases } = await import('./app/run-cases.ts')
      return await runCases(rest)
    }
    case 'backup': {
      const { runBackup } = await import('./app/run-backup.ts')
      return await runBackup(rest[0])
    }
    case '--version':
      process.stdout.write(`boardroom ${version()}\n`)
      return 0
    case 'help':
    case '--help':
      process.stdout.write(USAGE)
      return 0
    default:
      process.stderr.write(`There is no command "${command}".\n\n${USAGE}`)
      return 3
  }
}

/** `--server URL`, with `--json` before it or not. */
function isRemote([first = '', second = '']: readonly string[]): boolean {
  const flag = first === '--json' ? second : first
  return flag === '--server' || flag.startsWith('--server=')
}

function version(): string {
  const path = fileURLToPath(new URL('../package.json', import.meta.url))
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** What start-up could not do, for a person: what happened and what to do next; the stack is for faults of ours. */
function explain(error: unknown): string {
  if (error instanceof LabError) return `${error.message}\n${error.hint}\n`
  return `${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`
}

// Taking the types out of every file at each start is a third of the start and 30 MB. Where it cannot be written, Node goes on without.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/boardroom', import.meta.url)))
try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(explain(error))
  process.exitCode = error instanceof LabError && error.failure.class === 'input' ? 3 : 2
}
