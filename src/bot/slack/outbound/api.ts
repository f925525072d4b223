/** Slack's Web API as the face needs it; facts of each method: docs.slack.dev, methods. */

import type { Clock } from '../../../clock.ts'
import { messageOf } from '../../../errors.ts'
import { isPassing, SlackError } from '../slack-error.ts'
import type { SlackApi } from '../types.ts'
import { type Answer, type ApiHealth, type Arguments, type CallerDeps, createCaller } from './caller.ts'
import { createDownload, type DownloadDeps } from './download.ts'
import { fitHome, fitModal, sendDrawn } from './drawable.ts'
import { createPosting } from './post.ts'
import { createRemembered } from './remembered.ts'
import { createRespond } from './respond.ts'

export type SlackApiDeps = CallerDeps & Pick<DownloadDeps, 'fileLimitBytes' | 'idleMs'>

const PEOPLE_REMEMBERED = 2_000
const HOUR_MS = 60 * 60_000

export function createSlackApi(deps: SlackApiDeps): SlackApi & { health(): ApiHealth } {
  const { clock, log } = deps
  const caller = createCaller(deps)
  const ask: Ask = (method, args) => caller.call(method, args, 'now')

  return {
    ...createPosting({ caller, clock, log }),
    respond: createRespond({ ...deps, timeoutMs: deps.timeoutMs?.now }),
    download: createDownload(deps),
    health: caller.health,
    nameOf: createNames(ask, clock, error => log.debug({ error: messageOf(error) }, 'no name of a person')),
    direct: createDirect(ask, clock),

    async self() {
      const { user_id: user, bot_id: bot, team_id: team, user: name } = await ask('auth.test', {})
      const word = (value: unknown): string => (typeof value === 'string' ? value : '')
      return { user: word(user), bot: word(bot), team: word(team), name: word(name) }
    },
    async edit({ channel, ts }, message) {
      // Blocks that are left out stay as they were: an empty list takes them away.
      await sendDrawn(message, 'update', log, async ({ text, blocks }) => {
        await caller.call('chat.update', { channel, ts, text, blocks }, 'later')
      })
    },
    async whisper({ channel, thread, user }, message) {
      await sendDrawn(message, 'ephemeral', log, async ({ text, blocks }) => {
        const place = { channel, user, ...(thread === null ? {} : { thread_ts: thread }) }
        await ask('chat.postEphemeral', { ...place, text, ...(blocks.length === 0 ? {} : { blocks }) })
      })
    },
    async openModal(trigger, modal) {
      return shownView(
        await ask('views.open', { trigger_id: trigger, view: fitModal(modal, log) }),
        'views.open',
      )
    },
    async updateModal(id, modal, hash) {
      const guard = hash === null ? {} : { hash }
      return shownView(
        await ask('views.update', { view_id: id, view: fitModal(modal, log), ...guard }),
        'views.update',
      )
    },
    async publishHome(user, home) {
      await ask('views.publish', { user_id: user, view: fitHome(home, log) })
    },
    async join(channel) {
      await ask('conversations.join', { channel })
    },
    async permalink({ channel, ts }) {
      try {
        const { permalink } = await ask('chat.getPermalink', { channel, message_ts: ts })
        return typeof permalink === 'string' ? permalink : null
      } catch {
        return null
      }
    },
  }
}

type Ask = (method: string, args: Arguments) => Promise<Answer>

function shownView({ view }: Answer, method: string): { id: string; hash: string } {
  const { id, hash } = (view ?? {}) as { id?: unknown; hash?: unknown }
  if (typeof id !== 'string') throw new SlackError({ word: 'no_answer', method, effect: 'unclear' })
  return { id, hash: typeof hash === 'string' ? hash : '' }
}

/** People change their names seldom, and are named often. */
function createNames(ask: Ask, clock: Clock, failed: (error: unknown) => void): SlackApi['nameOf'] {
  const names = createRemembered<Promise<string>>(clock, PEOPLE_REMEMBERED, HOUR_MS)
  const look = async (user: string): Promise<string> => {
    try {
      const answer = (await ask('users.info', { user })) as { user?: UserInfo }
      const { profile, real_name: real, name } = answer.user ?? {}
      return [profile?.display_name, profile?.real_name, real, name].find(each => each) ?? user
    } catch (error) {
      failed(error)
      // Asked again next time, unless Slack knows nobody of that name.
      if (isPassing(error)) names.delete(user)
      return user
    }
  }
  return user => {
    const known = names.get(user)
    if (known !== undefined) return known
    const name = look(user)
    names.set(user, name)
    return name
  }
}

type UserInfo = { name?: string; real_name?: string; profile?: { display_name?: string; real_name?: string } }

function createDirect(ask: Ask, clock: Clock): SlackApi['direct'] {
  const channels = createRemembered<string>(clock, PEOPLE_REMEMBERED, HOUR_MS)
  return async user => {
    const known = channels.get(user)
    if (known !== undefined) return known
    const { channel } = (await ask('conversations.open', { users: user })) as { channel?: { id?: string } }
    if (channel?.id === undefined)
      throw new SlackError({ word: 'no_answer', method: 'conversations.open', effect: 'unclear' })
    channels.set(user, channel.id)
    return channel.id
  }
}
