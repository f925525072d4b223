import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const SRC = join(ROOT, 'src')

const dockerfile = read('Dockerfile')
/** What the image has of this folder. */
const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => ({ name, text: readFileSync(join(SRC, name), 'utf8') }))

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8')
}

/** Libraries that a file imports to use, not for their types alone: those are gone when it runs. */
function librariesOf(text: string): string[] {
  const pattern = /^(?:import|export)\s+(?!type\b)[^'";]*?from\s+'([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm
  return [...text.matchAll(pattern)].map(([, still, late]) => packageOf(still ?? late ?? ''))
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

test('the image holds what src imports: production dependencies alone, none of them optional', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const known = new Set([...Object.keys(dependencies), ...builtinModules])
  const imported = sources.flatMap(({ name, text }) =>
    librariesOf(text).map(library => ({ name, library: library.replace(/^node:/, '') })),
  )
  expect(imported.length).toBeGreaterThan(100)
  expect(imported.filter(({ library }) => !known.has(library))).toEqual([])
})

test('what src reads beside itself is copied, and nothing is copied that is not let through', () => {
  const named = sources.flatMap(({ text }) => [
    ...[...text.matchAll(/join\(ROOT, '([^']+)'\)/g)].map(([, path = '']) => path),
    ...[...text.matchAll(/ROOT, [^)\n]*? \? '([^']+)' : '([^']+)'\)/g)].flatMap(([, ...paths]) => paths),
    ...[...text.matchAll(/new URL\('\.\.\/([^']+)', import\.meta\.url\)/g)].map(([, path = '']) => path),
  ])
  expect(named).toEqual(expect.arrayContaining(['package.json', 'boards.yaml', 'demo/tour.txt']))
  const ofNode = 'node_modules'
  const have = [...copied, ofNode]
  const isThere = (path: string): boolean => have.some(each => path === each || path.startsWith(`${each}/`))
  expect(
    named.filter(path => path.replace(/^(\.\.\/)+/, '') !== '' && !isThere(path.replace(/^(\.\.\/)+/, ''))),
  ).toEqual([])

  const [first, ...rest] = read('.dockerignore')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  expect(first).toBe('*')
  expect(new Set(rest)).toEqual(new Set(copied.map(name => `!${name}`)))
})

test('the image runs as nobody of importance, keeps its data, and is asked whether it is well', () => {
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toMatch(/^VOLUME \/lab\/data$/m)
  expect(dockerfile).toMatch(/^ENTRYPOINT \["\/app\/bin\/boardroom"\]\nCMD \["start"\]$/m)
  const [, probe = ''] = /CMD \["node", "-e", "(.+)"\]/.exec(dockerfile) ?? []
  expect(() => new Function(probe)).not.toThrow()
  expect(probe).toContain('/api/v1/health')
})
