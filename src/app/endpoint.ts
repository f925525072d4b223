import type { SlackFace } from '../bot/slack/face.ts'
import type { Clock } from '../clock.ts'
import type { Dispatcher } from '../commands/dispatch.ts'
import type { Environment, HttpSettings } from '../config/types.ts'
import { createHttp } from '../http/http.ts'
import { callbackMessage } from '../http/jenkins/result.ts'
import type { CallerSettings, HealthFacts, Http } from '../http/types.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'
import { createInbox } from '../mail/inbox.ts'
import type { Channel } from '../mail/types.ts'
import { createCallbackChannel } from '../web/callback-channel.ts'
import type { Web, WebRules } from '../web/types.ts'
import { filesOf, uploadsOf } from './facts.ts'
import { homeOf } from './home.ts'
import type { Storage } from './storage.ts'

/** Who may call, as the environment and the inventory of the moment say it. */
export function callersOf(environment: Environment, settings: () => HttpSettings): CallerSettings {
  return {
    keys: environment.apiKeys,
    trusted: environment.trustedNetworks,
    keylessRole: () => settings().keylessRole,
    pagesNeedKey: () => settings().pagesNeedKey,
    hosts: [environment.host, new URL(environment.publicUrl).hostname],
  }
}

export function webRules({ binaries, callbacks, networks }: HttpSettings): WebRules {
  return { allowed: { binary: binaries, callback: callbacks }, networks }
}

export type EndpointDeps = {
  lab: Lab
  storage: Storage
  dispatcher: Dispatcher
  chat: SlackFace | null
  callers: CallerSettings
  health(): HealthFacts
  version: string
  clock: Clock
  log: Log
}

/** The one port of this process. */
export function openEndpoint(environment: Environment, deps: EndpointDeps): Http {
  const { lab, storage, chat, log, clock } = deps
  return createHttp({
    ...deps,
    host: environment.host,
    port: environment.port,
    files: filesOf(storage),
    uploads: uploadsOf(storage),
    inbox: createInbox({ ...lab.inbox, clock, log }),
    handlers: chat === null || chat.handler === null ? [] : [chat.handler],
    home: homeOf(environment, chat, log),
    jenkinsSecret: environment.jenkinsSecret,
    timeZone: () => lab.inventory().settings.timeZone,
  })
}

/** Results for who asked for them by Jenkins's webhook (M8.4); null where that is closed. */
export function callbacksOf(
  { jenkinsSecret: secret }: Environment,
  deps: { lab: Lab; web: Web; clock: Clock; log: Log },
): Channel | null {
  if (secret === null) return null
  return createCallbackChannel({ ...deps, secret, message: topic => callbackMessage(deps.lab, topic) })
}
