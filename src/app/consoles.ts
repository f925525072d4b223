import type { Clock } from '../clock.ts'
import type { Environment } from '../config/types.ts'
import { createGateway } from '../gateway/gateway.ts'
import type { ConsoleAddress, Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'

export type OpenConsoles = { address: ConsoleAddress; close(): Promise<void> }

/**
 * Opens the boards' consoles to people where the environment says so; null when it says nowhere. `publicUrl` knows
 * the name that this machine has for them. Throws LabError when the port cannot be had.
 */
export async function openConsoles(
  { host, consolePort }: Environment,
  publicUrl: string,
  deps: { lab: Lab; clock: Clock; log: Log },
): Promise<OpenConsoles | null> {
  if (consolePort === null) return null
  const gateway = createGateway({ host, port: consolePort, ...deps })
  const { port } = await gateway.start()
  // An IPv6 address is written bare where a port stands beside it.
  const name = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  return { address: { host: name, port }, close: () => gateway.stop() }
}
