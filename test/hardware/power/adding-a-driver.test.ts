import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const root = new URL('../../../', import.meta.url)

it('the guide to adding a driver shows the tree as it is', async () => {
  const guide = await readFile(new URL('docs/adding-a-driver.md', root), 'utf8')
  const diffs = [...guide.matchAll(/^(`{3,4})diff\n(.*?)^\1$/gms)].map(([, , text = '']) => text)
  expect(diffs.length).toBe(4)
  for (const diff of diffs) {
    const path = /^\+\+\+ b\/(.*)$/m.exec(diff)?.[1] ?? ''
    const file = await readFile(new URL(path, root), 'utf8')
    for (const hunk of diff.split(/^@@.*\n/m).slice(1)) expect(file).toContain(after(hunk))
    // A new file is shown whole.
    if (diff.startsWith('--- /dev/null')) expect(after(diff.split(/^@@\n/m)[1] ?? '')).toBe(file)
  }
})

it('the guide names tests that there are', async () => {
  const guide = await readFile(new URL('docs/adding-a-driver.md', root), 'utf8')
  const tests = await Promise.all(
    ['drivers', 'pages'].map(name => readFile(new URL(`test/hardware/power/${name}.test.ts`, root), 'utf8')),
  )
  for (const name of [
    'has in the map every driver that is a file in it',
    'keeps the map sorted',
    'has a peer for',
    'the page of the power driver',
  ]) {
    expect(guide).toContain(name)
    expect(tests.join('\n')).toContain(name)
  }
})

/** What a hunk leaves behind. */
function after(hunk: string): string {
  const lines = hunk.split('\n').slice(0, -1)
  return lines.flatMap(line => (line.startsWith('-') ? [] : [`${line.slice(1)}\n`])).join('')
}
