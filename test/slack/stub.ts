import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../src/clock.ts'
import type { CallRecord, Core } from './core.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { tell } from './events.ts'
import { createFaults, type Faults } from './faults.ts'
import { type Channel, channelOf } from './handles.ts'
import { createLimits } from './limits.ts'
import { createPerson, type Person } from './person.ts'
import { addPosting } from './postings.ts'
import { createResponseUrls } from './response-urls.ts'
import { rightsOf, USUAL_RIGHTS } from './rights.ts'
import { createScreens } from './screens.ts'
import { createApiServer } from './server.ts'
import { createSocketMode, type SocketMode } from './socket.ts'
import { createTriggers } from './triggers.ts'
import { createWebhook, type Webhook } from './webhook.ts'
import {
  type AppRights,
  addConversation,
  type Complaint,
  type Conversation,
  createWorkspace,
  type Workspace,
} from './workspace.ts'

/** A Slack workspace on loopback, as strict as the real one (chat-platforms.md 1.7 and 3). */

export type SlackStubOptions = {
  /** Triggers, response URLs, rate limits, late acknowledgements and retries go by it. */
  clock?: Clock
  mode?: 'socket' | 'http'
  botName?: string
  /** The parsed manifest.json: scopes, events, commands and shortcuts are its own. */
  manifest?: unknown
  /** In place of single ones of the manifest's. */
  rights?: Partial<AppRights>
  /** The channel that SLACK_CHANNEL names; the app is in it. */
  home?: string
}

export type SlackStub = {
  env(): Record<string, string>
  readonly url: string
  readonly bot: Workspace['bot']
  /** Somebody of that name, who is in every channel; made when first asked for. */
  person(name: string): Person
  /** Made when first asked for, with everybody in it, and the app. */
  channel(name: string, how?: { kind?: 'public' | 'private'; hasBot?: boolean }): Channel
  /** Every limit that was broken, every call that Slack would refuse as wrong. */
  readonly complaints: readonly Complaint[]
  /** Calls in the order in which they were answered. */
  calls(method?: string): CallRecord[]
  readonly faults: Faults
  readonly delivery: Pick<Delivery, 'hold' | 'release'>
  readonly socket: Pick<SocketMode, 'cut' | 'freeze' | 'disconnect' | 'connections'>
  readonly webhook: Webhook
  /** From now on the token is refused with this word; the app is told, as far as it can be. */
  revoke(error: 'invalid_auth' | 'account_inactive' | 'token_revoked', which?: 'bot' | 'all'): void
  /** The admin gives it back. */
  restore(): void
  /** Another app's bot writes something. */
  botSays(channel: Channel, name: string, text: string): void
  /** An event of any kind. */
  tell(event: { type: string; [key: string]: unknown }): void
  /** Ends all of it; nothing is left. */
  close(): Promise<void>
}

export async function startSlackStub(options: SlackStubOptions = {}): Promise<SlackStub> {
  const rights = options.manifest === undefined ? USUAL_RIGHTS : rightsOf(options.manifest)
  const clock = options.clock ?? systemClock
  const workspace = createWorkspace(clock, options.botName ?? 'boardroom', { ...rights, ...options.rights })
  const parts: { core: Core | null } = { core: null }
  const server = createApiServer(() => built(parts.core))
  server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject))
  const { port } = server.address() as AddressInfo
  const core = coreOf(workspace, options.mode ?? 'socket', server, port)
  parts.core = core
  const stub = stubOf(core, options, async () => {
    core.delivery.close()
    core.webhook.close()
    await core.socketMode.close()
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeAllConnections()
    await promise
  })
  stub.channel(options.home ?? 'lab')
  return stub
}

function built(core: Core | null): Core {
  if (core) return core
  throw new Error('the stub is not up yet')
}

function coreOf(
  workspace: Workspace,
  mode: 'socket' | 'http',
  server: ReturnType<typeof createApiServer>,
  port: number,
): Core {
  const base = (): string => `http://127.0.0.1:${port}`
  const faults = createFaults()
  const webhook = createWebhook(workspace)
  const reconnected = (): void => delivery.reconnected()
  const socketMode = createSocketMode(workspace, server, () => `ws://127.0.0.1:${port}`, reconnected)
  const delivery = createDelivery(workspace, faults, mode === 'socket' ? socketMode.carry : webhook.carry)
  return {
    ...{ workspace, faults, webhook, socketMode, delivery, base, calls: [] },
    limits: createLimits(workspace.clock),
    triggers: createTriggers(workspace),
    replies: createResponseUrls(workspace, base),
    screens: createScreens(workspace),
  }
}

function stubOf(core: Core, options: SlackStubOptions, close: () => Promise<void>): SlackStub {
  const { workspace } = core
  const people = new Map<string, Person>()
  const home = options.home ?? 'lab'
  const named = (name: string): Conversation | undefined =>
    [...workspace.conversations.values()].find(each => each.name === name)
  return {
    env: () => ({
      SLACK_BOT_TOKEN: workspace.tokens.bot,
      SLACK_APP_TOKEN: workspace.tokens.app,
      SLACK_SIGNING_SECRET: workspace.tokens.secret,
      SLACK_API_URL: `${core.base()}/api/`,
      SLACK_CHANNEL: named(home)?.id ?? '',
      SLACK_MODE: options.mode ?? 'socket',
    }),
    url: core.base(),
    bot: workspace.bot,
    person: name => people.get(name) ?? newcomer(core, people, name),
    channel: (name, how = {}) => channelOf(core, named(name) ?? newChannel(core, name, how)),
    complaints: workspace.complaints,
    calls: method => core.calls.filter(call => method === undefined || call.method === method),
    faults: core.faults,
    delivery: core.delivery,
    socket: core.socketMode,
    webhook: core.webhook,
    revoke(error, which = 'bot') {
      tell(core, 'tokens_revoked', null, {
        type: 'tokens_revoked',
        tokens: { oauth: [], bot: [workspace.bot.user] },
      })
      workspace.revoked.bot = error
      if (which === 'all') workspace.revoked.app = error
    },
    restore() {
      Object.assign(workspace.revoked, { bot: null, app: null })
    },
    botSays(channel, name, text) {
      const conversation = workspace.conversations.get(channel.id)
      if (conversation)
        addPosting(core, conversation, { user: name, otherBot: 'B0OTHER', subtype: 'bot_message', text })
    },
    tell: event => tell(core, event.type, null, event),
    close,
  }
}

function newcomer(core: Core, people: Map<string, Person>, name: string): Person {
  const { workspace } = core
  const user = { id: workspace.id('U'), name, isBot: false }
  workspace.users.set(user.id, user)
  for (const each of workspace.conversations.values()) if (each.kind !== 'im') each.members.add(user.id)
  const person = createPerson(core, user)
  people.set(name, person)
  return person
}

function newChannel(
  core: Core,
  name: string,
  how: { kind?: 'public' | 'private'; hasBot?: boolean },
): Conversation {
  const { users, bot } = core.workspace
  const members = [...users.keys()].filter(user => user !== bot.user || how.hasBot !== false)
  return addConversation(core.workspace, name, how.kind ?? 'public', members)
}
