/** The file that OpenSSH keeps of the servers it knows, pure: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
import { createHmac } from 'node:crypto'

export type KnownKey = {
  /** As the key names itself: `ssh-ed25519`. */
  type: string
  key: Buffer
  revoked: boolean
}

/** The port that is left out of names. */
const USUAL_PORT = 22

/** The keys that the file has for a server, in their order. Certificate authorities are not looked at. */
export function knownKeys(text: string, host: string, port: number): KnownKey[] {
  const name = port === USUAL_PORT ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
  return text.split('\n').flatMap(line => {
    const words = line.trim().split(/\s+/)
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return []
    const marker = words[0].startsWith('@') ? words.shift() : undefined
    const [hosts = '', type = '', key = ''] = words
    if (marker === '@cert-authority' || key === '' || !isNamed(name, hosts)) return []
    return [{ type, key: Buffer.from(key, 'base64'), revoked: marker === '@revoked' }]
  })
}

function isNamed(name: string, hosts: string): boolean {
  if (hosts.startsWith('|1|')) return isHashed(name, hosts)
  const patterns = hosts.toLowerCase().split(',')
  const denied = patterns.some(pattern => pattern.startsWith('!') && fits(name, pattern.slice(1)))
  return !denied && patterns.some(pattern => fits(name, pattern))
}

function isHashed(name: string, hosts: string): boolean {
  const [, , salt = '', hash = ''] = hosts.split('|')
  const made = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return made.equals(Buffer.from(hash, 'base64'))
}

/** `*` is any text, `?` any character; brackets stand for themselves. */
function fits(name: string, pattern: string): boolean {
  const source = pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, sign =>
    sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`,
  )
  return new RegExp(`^${source}$`).test(name)
}
