import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTelnetCodec, subnegotiation, type TelnetCodec } from '../src/telnet.ts'

const [IAC, DONT, DO, WONT, WILL, SB, SE, NOP] = [255, 254, 253, 252, 251, 250, 240, 241] as const
const [BINARY, ECHO, SGA, NAWS, TTYPE] = [0, 1, 3, 31, 24] as const
const [CR, LF, NUL] = [13, 10, 0] as const

/** QEMU 7.2's greeting, as it was seen on the wire. */
const QEMU = [IAC, WILL, ECHO, IAC, WILL, SGA, IAC, WILL, BINARY, IAC, DO, BINARY]

const EXTENDED = { extension: 44 }

function decodeAll(codec: TelnetCodec, chunks: readonly Uint8Array[]): { data: number[]; reply: number[] } {
  const data: number[] = []
  const reply: number[] = []
  for (const chunk of chunks) {
    const decoded = codec.decode(chunk)
    data.push(...decoded.data)
    reply.push(...decoded.reply)
  }
  return { data, reply }
}

function decode(bytes: readonly number[], codec = createTelnetCodec()): { data: number[]; reply: number[] } {
  return decodeAll(codec, [Uint8Array.from(bytes)])
}

function bothBinary(): TelnetCodec {
  const codec = createTelnetCodec()
  codec.decode(Uint8Array.from(QEMU))
  return codec
}

// Bytes that mean something to telnet come up more often than they would by chance.
const special = fc.constantFrom(IAC, CR, LF, NUL, SE, SB, DO, WILL, BINARY, 0x0d, 0x41)
const byte = fc.oneof(special, fc.integer({ min: 0, max: 255 }))
const payload = fc.array(byte, { maxLength: 80 }).map(bytes => Uint8Array.from(bytes))
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 10 })

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...at.map(place => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test.each([
  ['as a network virtual terminal', createTelnetCodec],
  ['in BINARY', bothBinary],
])('decode(encode(x)) is x for any bytes in any chunking, %s', (_, make) => {
  fc.assert(
    fc.property(payload, places, places, (bytes, sent, received) => {
      const sender = make()
      const wire = Uint8Array.from(cut(bytes, sent).flatMap(part => [...sender.encode(part)]))
      expect(decodeAll(make(), cut(wire, received)).data).toEqual([...bytes])
    }),
    { numRuns: 500 },
  )
})

test('all 256 values pass both ways', () => {
  const all = Uint8Array.from({ length: 256 }, (_, value) => value)
  for (const make of [createTelnetCodec, bothBinary]) {
    expect(decode([...make().encode(all)], make()).data).toEqual([...all])
  }
})

const command = fc.oneof(
  fc.integer({ min: 240, max: 249 }).map(code => [IAC, code]),
  fc
    .tuple(fc.constantFrom(WILL, WONT, DO, DONT), fc.integer({ min: 1, max: 255 }))
    .map(([verb, option]) => [IAC, verb, option]),
  fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 })
    .map(content => [
      IAC,
      SB,
      TTYPE,
      ...content.flatMap(value => (value === IAC ? [IAC, IAC] : [value])),
      IAC,
      SE,
    ]),
)

test('commands between the data, cut anywhere, never leak into it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(payload, command), { maxLength: 8 }), places, (pieces, at) => {
      const sender = createTelnetCodec()
      const wire = Uint8Array.from(
        pieces.flatMap(([bytes, between]) => [...sender.encode(bytes), ...between]),
      )
      const { data } = decodeAll(createTelnetCodec(), cut(wire, at))
      expect(data).toEqual(pieces.flatMap(([bytes]) => [...bytes]))
    }),
    { numRuns: 500 },
  )
})

test('what is answered does not depend on the chunking', () => {
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 100 }), places, (bytes, at) => {
      const whole = decode(bytes)
      expect(decodeAll(createTelnetCodec(), cut(Uint8Array.from(bytes), at))).toEqual(whole)
    }),
    { numRuns: 500 },
  )
})

test("QEMU's greeting is answered once and makes the line binary both ways", () => {
  const codec = createTelnetCodec()
  expect(decode(QEMU, codec)).toEqual({
    data: [],
    reply: [IAC, DO, ECHO, IAC, DO, SGA, IAC, DO, BINARY, IAC, WILL, BINARY],
  })
  expect(codec.binary()).toEqual({ received: true, sent: true })
  expect(decode(QEMU, codec).reply).toEqual([])
})

test.each([
  ['the peer may echo', [WILL, ECHO], [DO, ECHO]],
  ['we do not echo', [DO, ECHO], [WONT, ECHO]],
  ['both may leave out go-ahead', [DO, SGA], [WILL, SGA]],
  ['the window size is ours to keep', [DO, NAWS], [WONT, NAWS]],
  ['a terminal type is refused', [DO, TTYPE], [WONT, TTYPE]],
  ['an unknown option is refused', [WILL, 200], [DONT, 200]],
])('%s (RFC 855)', (_, asked, answered) => {
  expect(decode([IAC, ...asked]).reply).toEqual([IAC, ...answered])
})

test('what is off already is not acknowledged (RFC 1143): that is how loops begin', () => {
  expect(decode([IAC, WONT, ECHO, IAC, DONT, SGA, IAC, WONT, 200]).reply).toEqual([])
})

test('negotiation ends: whatever a peer asks, for however long, the answers are bounded', () => {
  const verbs = fc.array(fc.tuple(fc.constantFrom(WILL, WONT, DO, DONT), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 20,
  })
  const perOption = 2 * 3 * 4
  fc.assert(
    fc.property(verbs, fc.integer({ min: 1, max: 50 }), (asked, times) => {
      const once = asked.flatMap(([verb, option]) => [IAC, verb, option])
      const { reply } = decode(Array.from({ length: times }, () => once).flat())
      expect(reply.length).toBeLessThanOrEqual(new Set(asked.map(([, option]) => option)).size * perOption)
    }),
    { numRuns: 200 },
  )
})

test('two of ours, each taking the answers of the other, fall silent, also when both offer something', () => {
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 60 }),
      fc.boolean(),
      fc.boolean(),
      (start, leftHas, rightOffers) => {
        const [left, right] = [createTelnetCodec(leftHas ? EXTENDED : {}), createTelnetCodec(EXTENDED)]
        left.decode(rightOffers ? right.offer() : new Uint8Array(0))
        let words: Uint8Array = Uint8Array.from([...left.offer(), ...start])
        let turns = 0
        while (words.length > 0 && turns < 100) words = (turns++ % 2 === 0 ? left : right).decode(words).reply
        expect(turns).toBeLessThan(100)
      },
    ),
    { numRuns: 300 },
  )
})

test('an option that is not agreed to does not change how bytes are read', () => {
  const codec = createTelnetCodec()
  const flap = Array.from({ length: 20 }, () => [IAC, WILL, BINARY, IAC, WONT, BINARY]).flat()
  decode(flap, codec)
  expect(decode([IAC, WILL, BINARY, CR, NUL], codec)).toEqual({ data: [CR], reply: [] })
})

test.each([
  ['CR NUL is a carriage return', [CR, NUL, 65], [CR, 65]],
  ['CR LF stays as it is', [CR, LF], [CR, LF]],
  ['CR and something else stays as it is', [CR, 65], [CR, 65]],
  ['NUL alone stays', [65, NUL], [65, NUL]],
  ['CR NUL NUL loses one', [CR, NUL, NUL], [CR, NUL]],
  ['a command between CR and NUL changes nothing', [CR, IAC, NOP, NUL, 65], [CR, 65]],
])('RFC 854, as a network virtual terminal: %s', (_, wire, data) => {
  expect(decode(wire).data).toEqual(data)
  expect(
    decodeAll(
      createTelnetCodec(),
      wire.map(value => Uint8Array.of(value)),
    ).data,
  ).toEqual(data)
})

test('RFC 856: in BINARY every byte but a doubled IAC is itself', () => {
  const codec = bothBinary()
  expect(decode([CR, NUL, IAC, IAC, CR, LF], codec).data).toEqual([CR, NUL, IAC, CR, LF])
  expect([...codec.encode(Uint8Array.of(CR, IAC, LF))]).toEqual([CR, IAC, IAC, LF])
})

test('a 255 that QEMU did not double, before a byte that is no command, is data with it, in any chunking', () => {
  const lone = fc.tuple(fc.constant(IAC), fc.integer({ min: 0, max: 235 }))
  const pieces = fc.array(fc.oneof(lone, fc.tuple(fc.integer({ min: 0, max: 254 }))), { maxLength: 40 })
  fc.assert(
    fc.property(pieces, places, (sent, at) => {
      const bytes = Uint8Array.from(sent.flat())
      expect(decodeAll(bothBinary(), cut(bytes, at)).data).toEqual([...bytes])
    }),
    { numRuns: 500 },
  )
  expect(decode([CR, IAC, NUL, CR, NUL]).data).toEqual([CR, IAC, NUL, CR])
})

test('outside BINARY a carriage return goes out as CR NUL', () => {
  expect([...createTelnetCodec().encode(Uint8Array.of(65, CR, IAC))]).toEqual([65, CR, NUL, IAC, IAC])
})

test('BINARY may be one-sided', () => {
  const codec = createTelnetCodec()
  decode([IAC, DO, BINARY], codec)
  expect(codec.binary()).toEqual({ received: false, sent: true })
  expect(decode([CR, NUL], codec).data).toEqual([CR])
  expect([...codec.encode(Uint8Array.of(CR))]).toEqual([CR])
})

test('a subnegotiation that never ends gives the console back', () => {
  const codec = createTelnetCodec()
  const endless = new Uint8Array(5_000).fill(65)
  const first = decode([IAC, SB, TTYPE, ...endless], codec).data
  expect(first.length).toBeLessThan(endless.length)
  expect(decode([66, 67], codec).data).toEqual([66, 67])
})

test('a subnegotiation whose end was forgotten ends with the next command', () => {
  expect(decode([IAC, SB, TTYPE, 1, IAC, WILL, ECHO, 65])).toEqual({ data: [65], reply: [IAC, DO, ECHO] })
})

test('a chunk with nothing to undo is handed on without a copy', () => {
  const chunk = Uint8Array.from({ length: 1000 }, (_, index) => index % 250)
  expect(bothBinary().decode(chunk).data).toBe(chunk)
  expect(bothBinary().encode(chunk)).toBe(chunk)
})

test('an extension is offered once, and the answer to the offer is not answered (RFC 1143)', () => {
  const codec = createTelnetCodec(EXTENDED)
  expect([...codec.offer()]).toEqual([IAC, WILL, 44])
  expect([...codec.offer()]).toEqual([])
  expect(codec.extension()).toBe('open')
  expect(decode([IAC, DO, 44], codec).reply).toEqual([])
  expect(codec.extension()).toBe('agreed')
  expect(decode([IAC, DO, 44], codec).reply).toEqual([])
  expect(decode([IAC, DONT, 44], codec).reply).toEqual([IAC, WONT, 44])
  expect(codec.extension()).toBe('open')
})

test('an extension that the peer does not want is refused, and not offered again', () => {
  const codec = createTelnetCodec(EXTENDED)
  codec.offer()
  expect(decode([IAC, DONT, 44], codec).reply).toEqual([])
  expect(codec.extension()).toBe('refused')
  expect([...codec.offer()]).toEqual([])
})

test('an extension that the peer asks for is agreed to, and not offered any more; without one it is refused', () => {
  const codec = createTelnetCodec(EXTENDED)
  expect(decode([IAC, DO, 44], codec).reply).toEqual([IAC, WILL, 44])
  expect([...codec.offer()]).toEqual([])
  expect(codec.extension()).toBe('agreed')
  const plain = createTelnetCodec()
  expect(decode([IAC, DO, 44], plain).reply).toEqual([IAC, WONT, 44])
  expect([...plain.offer()]).toEqual([])
  expect(plain.extension()).toBe('refused')
})

const content = fc.array(fc.oneof(special, fc.integer({ min: 0, max: 255 })), { maxLength: 30 })

test('what the extension says is heard whole, whatever its bytes, among any data and cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(payload, content, fc.boolean()), { maxLength: 6 }),
      places,
      (pieces, at) => {
        const sender = createTelnetCodec()
        const wire = Uint8Array.from(
          pieces.flatMap(([bytes, said, ours]) => [
            ...sender.encode(bytes),
            ...subnegotiation(ours ? 44 : TTYPE, said),
          ]),
        )
        const codec = createTelnetCodec(EXTENDED)
        const decoded = cut(wire, at).map(chunk => codec.decode(chunk))
        expect(decoded.flatMap(({ data }) => [...data])).toEqual(pieces.flatMap(([bytes]) => [...bytes]))
        expect(decoded.flatMap(({ told }) => told.map(each => [...each]))).toEqual(
          pieces.flatMap(([, said, ours]) => (ours ? [said] : [])),
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('a subnegotiation that is cut short, by a command or by its length, says nothing', () => {
  const codec = createTelnetCodec(EXTENDED)
  const endless = new Uint8Array(5_000).fill(65)
  const told = [
    [IAC, SB, 44, 101, IAC, WILL, ECHO],
    [IAC, SB, 44, ...endless, IAC, SE],
    [IAC, SB, IAC, SE],
    [IAC, SB, 44, 9, IAC, SE],
  ].flatMap(bytes => codec.decode(Uint8Array.from(bytes)).told)
  expect(told.map(each => [...each])).toEqual([[9]])
})

describe('the side that people connect to', () => {
  const server = (): TelnetCodec => createTelnetCodec({ serves: true })
  const AGREED = [IAC, DO, ECHO, IAC, DO, SGA]

  test('offers to echo and to suppress go-ahead, once; what is answered is not answered again', () => {
    const codec = server()
    expect([...codec.offer()]).toEqual([IAC, WILL, ECHO, IAC, WILL, SGA])
    expect([...codec.offer()]).toEqual([])
    expect(codec.echo()).toBe('open')
    expect(decode(AGREED, codec)).toEqual({ data: [], reply: [] })
    expect(codec.echo()).toBe('agreed')
    expect(decode([IAC, DONT, ECHO], codec).reply).toEqual([IAC, WONT, ECHO])
  })

  test('never lets the person’s side echo, and refuses the rest', () => {
    const codec = server()
    codec.offer()
    expect(decode([IAC, WILL, ECHO, IAC, WILL, SGA, IAC, DO, TTYPE, IAC, WILL, NAWS], codec).reply).toEqual([
      ...[IAC, DONT, ECHO, IAC, DO, SGA, IAC, WONT, TTYPE, IAC, DONT, NAWS],
    ])
    expect(codec.echo()).toBe('open')
  })

  test('RFC 854: the Enter key is CR, whether it comes as CR NUL or as CR LF', () => {
    const codec = server()
    codec.offer()
    expect(decode([...AGREED, CR, NUL, CR, LF, LF, NUL], codec).data).toEqual([CR, CR, LF, NUL])
    expect(decode([CR], codec).data).toEqual([CR])
    expect(decode([LF, 65], codec).data).toEqual([65])
    expect(decode([IAC, WILL, BINARY, CR, LF, CR, NUL], codec).data).toEqual([CR, LF, CR, NUL])
  })
})
