import { readEnvironment, withDotEnv } from '../config/index.ts'
import { InputError } from '../errors.ts'
import { silentLog } from '../log.ts'
import { backup } from '../storage/index.ts'

/** `boardroom backup DIR`: a copy of the data that a bot can be started on; works while one runs. */
export async function runBackup(target: string | undefined): Promise<number> {
  if (target === undefined) {
    throw new InputError('No folder was named for the backup.', {
      hint: 'Name an empty or a new one: boardroom backup /backups/today',
    })
  }
  const { dataDir, artifactDir } = readEnvironment(await withDotEnv('.env', process.env))
  const report = await backup({ dataDir, artifactPath: artifactDir, targetDir: target, log: silentLog })
  const { files, bytes, records, owners, damaged } = report
  const megabytes = (bytes / 1e6).toFixed(1)
  process.stdout.write(
    `${report.target}: ${files} files, ${megabytes} MB, ${records} records, files of ${owners} tests. It was opened and read.\n`,
  )
  if (damaged > 0) process.stdout.write(`${damaged} damaged lines of history were copied as they are.\n`)
  process.stdout.write(`Start on it with: DATA_DIR=${report.target} boardroom start\n`)
  return 0
}
