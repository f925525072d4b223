import { join } from 'node:path'

/** Where things lie in a data directory. Ballast and lock are at its top. */
export type DataLayout = {
  journal: string
  history: string
  rollup: string
  audit: string
  artifacts: string
}

/** `artifactPath`: artifacts may lie on another disk. */
export function dataLayout(dataDir: string, artifactPath?: string): DataLayout {
  return {
    journal: join(dataDir, 'journal'),
    history: join(dataDir, 'history'),
    rollup: join(dataDir, 'rollup'),
    audit: join(dataDir, 'audit'),
    artifacts: artifactPath ?? join(dataDir, 'artifacts'),
  }
}
