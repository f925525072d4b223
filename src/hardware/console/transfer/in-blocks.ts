/** Bytes in pieces of any size, as blocks of the size that is asked for each time; the last may be smaller. */
export async function* inBlocks(
  bytes: AsyncIterable<Uint8Array>,
  size: () => number,
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const piece of bytes) {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= size()) {
      const block = rest.subarray(0, size())
      rest = rest.subarray(block.length)
      yield block
    }
  }
  if (rest.length > 0) yield rest
}
