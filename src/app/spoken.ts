import { readEnvironment } from '../config/index.ts'
import type { Environment } from '../config/types.ts'
import { ConfigError } from '../errors.ts'

/** Throws ConfigError for what is wrong, and where a platform is asked for that this version does not speak on. */
export function readSpoken(variables: Environment['variables']): Environment {
  // Before anything is said of variables that it would lack.
  refuseFeishu(variables['CHAT'])
  const environment = readEnvironment(variables)
  refuseFeishu(environment.chat)
  return environment
}

function refuseFeishu(chat: string | undefined): void {
  if (chat?.trim() !== 'feishu') return
  throw new ConfigError(
    ['CHAT is feishu, and this version speaks in Slack and at the terminal.'],
    'Take the FEISHU_… variables out of the environment, or set CHAT=terminal without them.',
  )
}
