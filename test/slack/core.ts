import type { Delivery } from './delivery.ts'
import type { Faults } from './faults.ts'
import type { Limits } from './limits.ts'
import type { Json } from './loose.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Screens } from './screens.ts'
import type { SocketMode } from './socket.ts'
import type { Triggers } from './triggers.ts'
import type { Webhook } from './webhook.ts'
import type { Workspace } from './workspace.ts'

/** One call of the Web API, as it was answered. */
export type CallRecord = { method: string; args: Json; answer: Json }

/** What the parts of the stub share. */
export type Core = {
  readonly workspace: Workspace
  readonly limits: Limits
  readonly faults: Faults
  readonly triggers: Triggers
  readonly replies: ResponseUrls
  readonly screens: Screens
  readonly delivery: Delivery
  readonly socketMode: SocketMode
  readonly webhook: Webhook
  readonly calls: CallRecord[]
  /** http://127.0.0.1:port */
  base(): string
}
