/**
 * Names of the files in a tar archive, read as it comes: ustar headers (POSIX pax interchange format, "ustar
 * Interchange Format"), pax `path` records and GNU long names. Contents are passed over, never kept.
 */
export type TarReader = {
  push(bytes: Uint8Array): void
  /** That was all of it. */
  end(): void
  /** Names of regular files and links so far. */
  names(): ReadonlySet<string>
  /** `whole`: its end was seen. `wrong`: it is no tar archive. `more`: it goes on, or there was more than is read. */
  state(): 'whole' | 'wrong' | 'more'
}

const BLOCK = 512
/** Beyond it nobody lists: the board says what is in it. */
const MOST_ENTRIES = 20_000
const LONGEST_RECORD = 64 * 1024
/** File, old file, hard link, symbolic link, contiguous file. */
const FILES = new Set(['0', '\0', '1', '2', '7'])

export function createTarReader(): TarReader {
  const names = new Set<string>()
  let block = Buffer.alloc(0)
  /** Of what comes: to be passed over, or kept as a record of this kind. */
  let skip = 0
  let record: { kind: 'L' | 'x'; left: number; padding: number; parts: Buffer[] } | null = null
  let longName: string | null = null
  let entries = 0
  let state: ReturnType<TarReader['state']> = 'more'
  let isOver = false

  const header = (bytes: Buffer): void => {
    if (bytes.every(byte => byte === 0)) {
      end('whole')
      return
    }
    const size = numberIn(bytes.subarray(124, 136))
    if (size === null || sumOf(bytes) !== numberIn(bytes.subarray(148, 156))) {
      end('wrong')
      return
    }
    const kind = String.fromCharCode(bytes[156] ?? 0)
    const padding = (BLOCK - (size % BLOCK)) % BLOCK
    if ((kind === 'L' || kind === 'x') && size <= LONGEST_RECORD) {
      record = { kind, left: size, padding, parts: [] }
      if (size === 0) recordEnds()
      return
    }
    // Links and devices have no content, whatever their size says.
    skip = /[1-6]/.test(kind) ? 0 : size + padding
    if (kind === 'g' || kind === 'K' || kind === 'x' || kind === 'L') return
    if (FILES.has(kind)) names.add(cleanName(longName ?? nameIn(bytes)))
    longName = null
    if (++entries >= MOST_ENTRIES) end('more')
  }
  const end = (as: typeof state): void => {
    state = as
    isOver = true
  }
  const recordEnds = (): void => {
    if (record === null) return
    const content = Buffer.concat(record.parts)
    longName = (record.kind === 'L' ? text(content) : pathIn(content)) ?? longName
    skip = record.padding
    record = null
  }

  return {
    push(bytes) {
      let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      while (rest.length > 0 && !isOver) {
        if (skip > 0) {
          const passed = Math.min(skip, rest.length)
          skip -= passed
          rest = rest.subarray(passed)
        } else if (record !== null) {
          const piece = rest.subarray(0, record.left)
          record.parts.push(Buffer.from(piece))
          record.left -= piece.length
          rest = rest.subarray(piece.length)
          if (record.left === 0) recordEnds()
        } else {
          const wanted = BLOCK - block.length
          block = Buffer.concat([block, rest.subarray(0, wanted)])
          rest = rest.subarray(wanted)
          if (block.length < BLOCK) return
          const whole = block
          block = Buffer.alloc(0)
          header(whole)
        }
      }
    },
    end() {
      if (isOver) return
      const isCut = block.length > 0 || skip > 0 || record !== null || entries === 0
      end(isCut ? 'wrong' : 'whole')
    },
    names: () => names,
    state: () => state,
  }
}

/** From its top on, as people write it: no `./` before it. */
export function cleanName(name: string): string {
  return name
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')
}

function nameIn(bytes: Buffer): string {
  const name = text(bytes.subarray(0, 100))
  const isPosix = bytes.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isPosix ? text(bytes.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Octal, or in base 256 where the first bit is set (GNU). */
function numberIn(field: Buffer): number | null {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = 0
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : null
  }
  const digits = text(field).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : null
}

/** With its own eight bytes taken for blanks. */
function sumOf(bytes: Buffer): number {
  let sum = 8 * 0x20
  for (const [at, byte] of bytes.entries()) if (at < 148 || at >= 156) sum += byte
  return sum
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

/** `30 path=some/long/name\n`: the length is of the whole record, in bytes. */
function pathIn(content: Buffer): string | null {
  let path: string | null = null
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at)
    const length = Number(content.toString('latin1', at, blank))
    if (blank === -1 || !Number.isInteger(length) || length <= blank - at) break
    const line = content.toString('utf8', blank + 1, at + length - 1)
    if (line.startsWith('path=')) path = line.slice('path='.length)
    at += length
  }
  return path
}
