/** Below what the store takes (240 bytes), with room for a number. */
const LONGEST = 200
const ENDING = /(?:\.tar)?\.[A-Za-z0-9]{1,10}$/

/**
 * The name that a board's file is stored under: its path with `_` for each `/`, so that it says where it was. What the
 * store does not take is changed, and what is taken already gets a number; `taken` is compared without regard to case,
 * as some people's disks do. Pure, and never a name that leads anywhere else.
 */
export function nameFor(path: string, taken: (name: string) => boolean): string {
  const plain = shortened(plainName(path))
  if (!taken(plain)) return plain
  const ending = ENDING.exec(plain)?.[0] ?? ''
  const stem = plain.slice(0, plain.length - ending.length)
  for (let number = 2; ; number++) {
    const name = `${stem}_${number}${ending}`
    if (!taken(name)) return name
  }
}

function plainName(path: string): string {
  const name = path
    .toWellFormed()
    .replace(/^\/+|\/+$/g, '')
    .replace(/[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, '_')
  return name === '' ? 'file' : name.replace(/^\./, '_.')
}

/** From the middle: what it is stands at its end. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name
  const ending = ENDING.exec(name)?.[0] ?? ''
  let stem = name.slice(0, name.length - ending.length)
  while (Buffer.byteLength(stem) + ending.length > LONGEST)
    stem = stem
      .slice(0, -1)
      .toWellFormed()
      .replace(/\ufffd$/, '')
  return `${stem}${ending}`
}
