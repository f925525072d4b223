import fc from 'fast-check'

/** Bytes as a bad line brings them: text, ends of lines, NULs, pieces of UTF-8 and of escape sequences. */
export function consoleBytes(maxLength = 200): fc.Arbitrary<Uint8Array> {
  const nasty = fc.constantFrom(
    0x00,
    0x07,
    0x08,
    0x0a,
    0x0d,
    0x1b,
    0x5b,
    0x5d,
    0x6d,
    0xc3,
    0xa4,
    0xe2,
    0x82,
    0xf0,
    0x9f,
    0xff,
  )
  const byte = fc.oneof(
    { weight: 2, arbitrary: nasty },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  )
  return fc.array(byte, { maxLength }).map(bytes => Uint8Array.from(bytes))
}

/** Where to cut: any number of places, given as fractions so that they fit any length. */
export const cuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 12,
})

export function chunksOf(
  bytes: Uint8Array,
  places: readonly number[],
): { offset: number; bytes: Uint8Array }[] {
  const at = [...new Set([0, ...places.map(place => Math.floor(place * bytes.length)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return at.slice(0, -1).map((offset, index) => ({ offset, bytes: bytes.subarray(offset, at[index + 1]) }))
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
