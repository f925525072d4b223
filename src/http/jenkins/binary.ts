import { InputError } from '../../errors.ts'

/**
 * What the word for a binary stands for: an address and a stored artifact (`T12/hello`) are left as they are, a path
 * is one of the build's own artifacts. Whether it may be fetched is decided by whoever fetches it.
 */
export function binaryOf(word: string, build: string | null): string {
  if (/^https?:\/\//i.test(word) || /^[tl][1-9]\d{0,8}\/[^/]+$/i.test(word)) return word
  const folder = folderOf(build)
  if (folder === null)
    throw new InputError(`"${word}" is a path in the build, and the address of the build is not known`, {
      hint: 'Set "Jenkins URL" in Jenkins, or give the whole address.',
    })
  const names = word.replace(/^\.\//, '').split('/')
  if (names.some(name => name === '' || name === '.' || name === '..'))
    throw new InputError(`"${word}" is no path of an artifact`, {
      hint: 'Write it as Jenkins shows it: out/hello.',
    })
  return `${folder}${names.map(name => encodeURIComponent(name.toWellFormed())).join('/')}`
}

/** Where Jenkins serves what a build archived. */
function folderOf(build: string | null): string | null {
  const url = build === null ? null : URL.parse(build)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  return `${url.origin}${url.pathname.replace(/\/*$/, '/')}artifact/`
}
