import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readLines } from '../../src/storage/read-lines.ts'

/** Every whole line of a folder of day files, and how many are not. */
export async function readDays<T>(dir: string): Promise<{ records: T[]; torn: number }> {
  const records: T[] = []
  let torn = 0
  const names = await readdir(dir).catch(() => [])
  for (const name of names.filter(each => /^\d{4}-.*\.jsonl$/.test(each)).sort()) {
    for await (const block of readLines(join(dir, name))) {
      for (const { json } of block) {
        if (json === null) torn++
        else records.push(JSON.parse(json) as T)
      }
    }
  }
  return { records, torn }
}
