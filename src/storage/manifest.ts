import type { StoredFile } from './types.ts'

/** `manifest.json` of an owner: plain JSON, so that a person can check the sums by hand. */
export type Files = Map<string, StoredFile>

const FORMAT = 1

export function manifestText(files: Files): string {
  return `${JSON.stringify({ version: FORMAT, files: [...files.values()] }, null, 2)}\n`
}

/** Null when it is not a manifest: it is then made again from the files. */
export function parseManifest(text: string): Files | null {
  try {
    const { files } = JSON.parse(text) as { files: unknown }
    if (!Array.isArray(files) || !files.every(isStoredFile)) return null
    return new Map(files.map(file => [file.name, file]))
  } catch {
    return null
  }
}

function isStoredFile(value: unknown): value is StoredFile {
  if (typeof value !== 'object' || value === null) return false
  const { name, size, sha256, type, storedAt } = value as Partial<Record<keyof StoredFile, unknown>>
  return (
    typeof name === 'string' &&
    typeof size === 'number' &&
    typeof sha256 === 'string' &&
    typeof type === 'string' &&
    typeof storedAt === 'number'
  )
}
