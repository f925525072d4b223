import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** The import table of ARCHITECTURE.md. `types of X` may be imported with `import type` only. */
const ROOT_FILES = ['errors', 'clock', 'ids', 'log', 'telnet', 'duration', 'distance']
const TABLE: Readonly<Record<string, { may: readonly string[]; types?: readonly string[] }>> = {
  main: { may: ['*'] },
  app: { may: ['*'] },
  rig: { may: ['*'] },
  bot: { may: ['commands', 'cards', 'lab', 'mail'] },
  http: { may: ['commands', 'cards', 'lab', 'mail'] },
  gateway: { may: ['commands', 'cards', 'lab', 'mail'] },
  remote: { may: ['commands', 'cards'] },
  commands: { may: ['cards', 'lab'] },
  scheduler: { may: ['lab'] },
  cards: { may: [], types: ['lab'] },
  lab: { may: [], types: ['sites', 'work', 'hardware', 'storage', 'mail'] },
  mail: { may: [], types: ['storage'] },
  web: { may: [], types: ['mail'] },
  sites: { may: ['work'], types: ['hardware', 'storage'] },
  work: { may: [], types: ['hardware', 'storage'] },
  hardware: { may: [] },
  storage: { may: [] },
  config: { may: [] },
  reading: { may: [] },
}
/** What every room may use. */
const COMMON = [...ROOT_FILES, 'reading']
/** Front doors: a neighbour reaches a room only through these of its files. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  lab: ['index.ts', 'lab.ts', 'records.ts', 'types.ts'],
}
/** Outside libraries have a home; only adapters there import them (style.md 1). */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  '@slack/bolt': ['bot'],
  '@slack/socket-mode': ['bot'],
  '@slack/types': ['bot'],
  '@slack/web-api': ['bot'],
  bree: ['scheduler'],
  busboy: ['http'],
  'ipaddr.js': ['web', 'http', 'config'],
  koa: ['http', 'simulator'],
  send: ['http'],
  lowdb: ['storage'],
  'net-snmp': ['hardware', 'simulator'],
  serialport: ['hardware'],
  ssh2: ['hardware', 'simulator'],
  yaml: ['config'],
  pino: ['log'],
  'prom-client': ['http'],
  zod: ['config', 'commands', 'hardware', 'work', 'http', 'bot'],
}

type Import = { file: string; line: number; target: string; typeOnly: boolean }

const SRC = resolve(import.meta.dirname, '../src')

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const found: Import[] = []
  const pattern =
    /^(?:import|export)\s+(type\s+)?[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  for (const match of text.matchAll(pattern)) {
    const target = match[2] ?? match[3] ?? match[4] ?? ''
    const line = text.slice(0, match.index).split('\n').length
    found.push({ file: relative(SRC, file), line, target, typeOnly: match[1] !== undefined })
  }
  return found
}

function roomOf(path: string): string {
  return path.split('/')[0]?.replace(/\.ts$/, '') ?? ''
}

function complaint(entry: Import): string | null {
  const room = roomOf(entry.file)
  const at = `src/${entry.file}:${entry.line}`
  if (!entry.target.startsWith('.')) {
    const library = entry.target
      .split('/')
      .slice(0, entry.target.startsWith('@') ? 2 : 1)
      .join('/')
    const homes = LIBRARIES[library]
    return homes === undefined || homes.includes(room)
      ? null
      : `${at} imports ${library}, which lives in ${homes.join(', ')}`
  }
  const path = relative(SRC, resolve(SRC, dirname(entry.file), entry.target))
  const target = roomOf(path)
  if (target === room) return null
  if (room === 'simulator') return `${at} imports ${target}: the simulator is the outside world`
  const rule = TABLE[room]
  if (rule === undefined)
    return ROOT_FILES.includes(room) && ROOT_FILES.includes(target)
      ? null
      : `${at}: room ${room} is not in the table`
  if (rule.may.includes('*') || COMMON.includes(target)) return null
  const allowed =
    rule.may.includes(target) || (entry.typeOnly && (rule.types?.includes(target) || target === 'config'))
  if (!allowed) return `${at} imports ${entry.typeOnly ? 'types of ' : ''}${target}, which ${room} may not`
  const doors = DOORS[target]
  return doors === undefined || doors.includes(path.slice(target.length + 1))
    ? null
    : `${at} reaches past the front door of ${target} (${path})`
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
const imports = files.flatMap(name => importsOf(join(SRC, name)))

test('every import keeps to the table of the rooms', () => {
  expect(imports.length).toBeGreaterThan(50)
  expect(imports.map(complaint).filter(text => text !== null)).toEqual([])
})

test('a forbidden import is found, with its file and line', () => {
  const bad: Import = {
    file: 'lab/queue/decide.ts',
    line: 7,
    target: '../../storage/journal.ts',
    typeOnly: false,
  }
  expect(complaint(bad)).toBe('src/lab/queue/decide.ts:7 imports storage, which lab may not')
  expect(complaint({ ...bad, typeOnly: true })).toBeNull()
  expect(
    complaint({ file: 'simulator/board.ts', line: 1, target: '../telnet.ts', typeOnly: false }),
  ).toContain('outside world')
  expect(
    complaint({ file: 'commands/queue.ts', line: 1, target: '../lab/queue/decide.ts', typeOnly: true }),
  ).toContain('front door')
  expect(complaint({ file: 'commands/queue.ts', line: 1, target: 'koa', typeOnly: false })).toContain(
    'lives in http',
  )
})

test('only main and app import rig', () => {
  const importers = imports
    .filter(entry => /(^|\/)rig\.ts$/.test(entry.target))
    .map(entry => roomOf(entry.file))
  expect(importers.filter(room => room !== 'main' && room !== 'app')).toEqual([])
})
