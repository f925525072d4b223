/** Every variable of the environment that means something (design 10), and which of them hold secrets. */

export type Variable = {
  name: string
  /**
   * How a secret sits in it: the whole value, the password of a URL, or the last part of each `name:role:key`. URLs
   * of incoming webhooks are whole secrets, because whoever has one may post.
   */
  secret?: 'whole' | 'password in URL' | 'keys'
}

export const VARIABLES: readonly Variable[] = [
  { name: 'CHAT' },
  { name: 'SLACK_BOT_TOKEN', secret: 'whole' },
  { name: 'SLACK_APP_TOKEN', secret: 'whole' },
  { name: 'SLACK_SIGNING_SECRET', secret: 'whole' },
  { name: 'SLACK_MODE' },
  { name: 'SLACK_API_URL' },
  { name: 'SLACK_CHANNEL' },
  { name: 'SLACK_COMMANDS' },
  { name: 'FEISHU_APP_ID' },
  { name: 'FEISHU_APP_SECRET', secret: 'whole' },
  { name: 'FEISHU_ENCRYPT_KEY', secret: 'whole' },
  { name: 'FEISHU_VERIFICATION_TOKEN', secret: 'whole' },
  { name: 'FEISHU_MODE' },
  { name: 'FEISHU_DOMAIN' },
  { name: 'FEISHU_CHAT_ID' },
  { name: 'SLACK_WEBHOOK_URL', secret: 'whole' },
  { name: 'FEISHU_WEBHOOK_URL', secret: 'whole' },
  { name: 'BOARDS_FILE' },
  { name: 'DATA_DIR' },
  { name: 'PORT' },
  { name: 'CONSOLE_PORT' },
  { name: 'HOST' },
  { name: 'PUBLIC_URL' },
  { name: 'TRUSTED_NETWORKS' },
  { name: 'ARTIFACT_PATH' },
  { name: 'ARTIFACT_RETENTION_DAYS' },
  { name: 'MAX_DISK_USAGE_GB' },
  { name: 'REDIS_URL', secret: 'password in URL' },
  { name: 'WORKER_ID' },
  { name: 'WORKER_LOCATION' },
  { name: 'JENKINS_WEBHOOK_SECRET', secret: 'whole' },
  { name: 'API_KEYS', secret: 'keys' },
  { name: 'BOARDROOM_KEY', secret: 'whole' },
  { name: 'SMTP_URL', secret: 'password in URL' },
  { name: 'ALERT_EMAIL' },
  { name: 'ALERT_WEBHOOK_URL', secret: 'whole' },
  { name: 'ALERT_WEBHOOK_SECRET', secret: 'whole' },
  { name: 'PREFECT_API_URL', secret: 'password in URL' },
  { name: 'PREFECT_API_KEY', secret: 'whole' },
  { name: 'LOG_LEVEL' },
]

/** All secret values among the variables, as they are written and as they are sent. */
export function secretsIn(variables: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = new Set<string>()
  for (const { name, secret } of VARIABLES) {
    const value = variables[name]
    if (secret === undefined || value === undefined || value === '') continue
    for (const part of [...partsOf(secret, value), ...partsOf(secret, value.trim())])
      if (part !== '') secrets.add(part)
  }
  return [...secrets]
}

function partsOf(secret: NonNullable<Variable['secret']>, value: string): string[] {
  switch (secret) {
    case 'whole':
      return [value]
    case 'keys':
      return value.split(',').map(entry => entry.trim().replace(/^[^:]*:[^:]*:/, ''))
    case 'password in URL': {
      const password = /^[^/]*\/\/[^/@]*?:([^/]*)@/.exec(value)?.[1] ?? ''
      return [password, decoded(password)]
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
