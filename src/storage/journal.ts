import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../errors.ts'
import type { Log } from '../log.ts'
import { frame, lines, parseFramed, wholeEnd } from './frame.ts'
import type { Sequence } from './types.ts'

/**
 * The journal's files, and reading them again. Generation G is `snapshot-G` (the state when log G was begun; none for
 * the first) and `log-G` (every commit since). A line of a log is
 * `{"d": last commit known to be on disk when this was written, "v": format, "n": number, "o": operations}`.
 */
export type JournalLine = { version: number; sequence: Sequence; operations: readonly unknown[] }
export type Snapshot = { version: number; sequence: Sequence; state: unknown }

export type Recovered = {
  /** Null: the model's initial state. */
  snapshot: Snapshot | null
  /** Commits after the snapshot, without a gap. */
  lines: readonly JournalLine[]
  /** Generation of the snapshot; nothing of an older one is needed. */
  base: number
  /** The log that writing goes on in, how much of it is good, and how many torn bytes follow. */
  tail: { generation: number; size: number; torn: number }
  sequence: Sequence
}

export function logPath(dir: string, generation: number): string {
  return join(dir, `log-${number(generation)}.jsonl`)
}

export function snapshotPath(dir: string, generation: number): string {
  return join(dir, `snapshot-${number(generation)}.json`)
}

function number(generation: number): string {
  return String(generation).padStart(8, '0')
}

export function snapshotText(version: number, sequence: Sequence, state: unknown): string {
  return frame(JSON.stringify({ v: version, n: sequence, s: state }))
}

/** All of a line but what is known only when it is written. */
export function lineBody(version: number, sequence: Sequence, operations: string): string {
  return `"v":${version},"n":${sequence},"o":${operations}}`
}

export function frameLine(durable: Sequence, body: string): string {
  return frame(`{"d":${durable},${body}`)
}

export type JournalFiles = {
  snapshots: readonly number[]
  logs: readonly number[]
  temporary: readonly string[]
}

/** Generations, oldest first. */
export async function listJournal(dir: string): Promise<JournalFiles> {
  const names = (await readdir(dir)).sort()
  const generations = (pattern: RegExp): number[] =>
    names.flatMap(name => {
      const found = pattern.exec(name)?.[1]
      return found === undefined ? [] : [Number(found)]
    })
  return {
    snapshots: generations(/^snapshot-(\d{8,})\.json$/),
    logs: generations(/^log-(\d{8,})\.jsonl$/),
    temporary: names.filter(name => name.endsWith('.tmp')).map(name => join(dir, name)),
  }
}

/**
 * Reads the newest whole snapshot and every log since. Changes nothing. A torn end of the last log is left out:
 * nothing in it was ever answered for. Anything worse throws StorageError, with what to do.
 */
export async function recoverJournal(dir: string, version: number, log: Log): Promise<Recovered> {
  const files = await listJournal(dir)
  for (const generation of files.snapshots.toReversed()) {
    const path = snapshotPath(dir, generation)
    const snapshot = parseSnapshot(await readFile(path))
    if (snapshot === null) {
      log.warn({ path }, 'a snapshot is damaged; the one before it and its log are used')
      continue
    }
    refuseNewer(path, snapshot.version, version)
    return replay(dir, generation, snapshot, files.logs, version)
  }
  const first = files.logs[0] ?? 1
  if (first !== 1) throw damaged(logPath(dir, first), 0, 'there is no whole snapshot to begin with', 1)
  return replay(dir, 1, null, files.logs, version)
}

async function replay(
  dir: string,
  base: number,
  snapshot: Snapshot | null,
  logs: readonly number[],
  version: number,
): Promise<Recovered> {
  const recovered: JournalLine[] = []
  const start = snapshot?.sequence ?? 0
  let tail = { generation: base, size: 0, torn: 0 }
  if (snapshot !== null && !logs.includes(base))
    throw damaged(logPath(dir, base), 0, 'the log of the newest snapshot is missing', start + 1)
  for (const generation of logs.filter(g => g >= base)) {
    const path = logPath(dir, generation)
    const bytes = await readFile(path)
    if (bytes.length === 0) continue
    if (tail.torn > 0)
      throw damaged(
        logPath(dir, tail.generation),
        tail.size,
        'a later log has data',
        start + recovered.length + 1,
      )
    const good = readLog(path, bytes, start, recovered, version)
    tail = { generation, size: good, torn: bytes.length - good }
  }
  return { snapshot, lines: recovered, base, tail, sequence: start + recovered.length }
}

/** Adds the log's good lines to `into`; returns where they end. */
function readLog(path: string, bytes: Buffer, start: Sequence, into: JournalLine[], version: number): number {
  let good = 0
  for (const found of lines(bytes)) {
    const { offset, length } = found
    const expected = start + into.length + 1
    const json = found.json ?? wholeEnd(bytes, found)
    const line = json === null ? null : parseLine(json)
    if (line === null) continue
    refuseNewer(path, line.version, version)
    // A whole line behind a damaged one, written when the damaged one was already answered for: no torn end.
    if (good < offset || found.json === null) {
      if (line.durable >= expected) throw damaged(path, good, 'whole lines follow', expected)
      continue
    }
    if (line.sequence !== expected)
      throw damaged(path, good, `it goes on with commit ${line.sequence}`, expected)
    into.push(line)
    good = offset + length
  }
  return good
}

function parseSnapshot(bytes: Buffer): Snapshot | null {
  const value = parseFramed(bytes)
  if (!isRecord(value)) return null
  const { v, n, s } = value as { v?: unknown; n?: unknown; s?: unknown }
  return typeof v === 'number' && typeof n === 'number' ? { version: v, sequence: n, state: s } : null
}

function parseLine(json: string): (JournalLine & { durable: Sequence }) | null {
  const value: unknown = JSON.parse(json)
  if (!isRecord(value)) return null
  const { d, v, n, o } = value as { d?: unknown; v?: unknown; n?: unknown; o?: unknown }
  if (typeof d !== 'number' || typeof v !== 'number' || typeof n !== 'number' || !Array.isArray(o))
    return null
  return { durable: d, version: v, sequence: n, operations: o }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refuseNewer(path: string, found: number, known: number): void {
  if (found <= known) return
  throw new StorageError(
    'newer',
    `${path} was written in format ${found}; this version knows up to ${known}`,
    {
      hint: 'Start the newer version that wrote it, or restore the backup made before it was installed.',
      details: { path, found, known },
    },
  )
}

function damaged(path: string, offset: number, why: string, sequence: Sequence): StorageError {
  return new StorageError(
    'damaged',
    `${path} is damaged at byte ${offset}, before commit ${sequence}, and it is no torn end: ${why}`,
    {
      hint:
        'Nothing was changed. Copy the whole data directory away first; then start on the last backup (DATA_DIR=BACKUP). ' +
        `Without one, everything from commit ${sequence} on can be given up: delete the later log files and snapshots there and run "truncate -s ${offset} ${path}".`,
      details: { path, offset, sequence },
    },
  )
}
