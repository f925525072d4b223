import { ROLES } from './http.ts'
import type { ApiKey, Environment, Inventory } from './types.ts'

/** Who may call over HTTP: how many keys with which roles, never whose; and who needs none. */
export function httpRows(environment: Environment): string[][] {
  const { host, port, publicUrl, apiKeys, trustedNetworks, jenkinsSecret } = environment
  const keyless = [...(apiKeys.length === 0 ? ['this machine'] : []), ...trustedNetworks]
  return [
    ['HTTP', `${host} port ${port}, links begin with ${publicUrl}`],
    ['keys', rolesOf(apiKeys)],
    ['without a key', keyless.join(', ') || 'nobody (TRUSTED_NETWORKS)'],
    ...(jenkinsSecret === null
      ? []
      : [['Jenkins', `calls ${publicUrl}/webhooks/jenkins; its secret is set`]]),
  ]
}

function rolesOf(keys: readonly ApiKey[]): string {
  if (keys.length === 0) return 'none (API_KEYS)'
  const counts = ROLES.map(role => [keys.filter(key => key.role === role).length, role] as const)
  return counts.flatMap(([count, role]) => (count === 0 ? [] : `${count} ${role}`)).join(', ')
}

/** What settings and keys together do that whoever wrote them may not expect. */
export function httpNotes(environment: Environment, inventory: Inventory): string[] {
  const { keylessRole, pagesNeedKey } = inventory.settings.http
  const { apiKeys, trustedNetworks } = environment
  const isAnybodyKeyless = apiKeys.length === 0 || trustedNetworks.length > 0
  return [
    ...(keylessRole !== 'user' && isAnybodyKeyless
      ? [`whoever may call over HTTP without a key is ${keylessRole} there (settings.http.keyless_role).`]
      : []),
    ...(pagesNeedKey && apiKeys.length === 0
      ? ['pages ask for a key (settings.http.pages_need_key), and there are none to give out (API_KEYS).']
      : []),
  ]
}
