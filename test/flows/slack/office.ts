import { expect } from 'vitest'
import { slackManifest } from '../../../src/bot/slack/manifest.ts'
import { commands } from '../../../src/commands/registry.ts'
import type { Message } from '../../slack/handles.ts'
import { type SlackStub, type SlackStubOptions, startSlackStub } from '../../slack/stub.ts'
import { until } from '../../until.ts'
import { startWorld, type World, type WorldOptions } from '../world.ts'

/** A lab of simulated boards, the whole bot, and a Slack workspace of the people who use it. */
export type Office = {
  world: World
  slack: SlackStub
  /** The bot hears what is said. */
  connected(): Promise<void>
  close(): Promise<void>
}

type Options = WorldOptions & { slack?: SlackStubOptions }

/** Mei, Li and Kai are users, `ops` an operator, `ada` an admin: known to boards.yaml by their ids, as it has to be. */
export async function openOffice({ slack: workspace = {}, ...options }: Options = {}): Promise<Office> {
  const manifest = slackManifest(commands, 'all', null)
  const slack = await startSlackStub({ manifest, ...workspace })
  const connected = async (): Promise<void> => {
    await until(() => slack.socket.connections > 0, 'the bot is connected')
  }
  try {
    const env = { CHAT: 'slack', ...slack.env(), ...options.env }
    const world = await startWorld({ people: staffOf(slack), ...options, env })
    const close = async (): Promise<void> => {
      await world.close()
      await slack.close()
    }
    if (options.app !== false && workspace.mode !== 'http') await connected()
    return { world, slack, connected, close }
  } catch (error) {
    await slack.close()
    throw error
  }
}

function staffOf(slack: SlackStub): Record<string, unknown> {
  const [mei, li, kai, ops, ada] = ['mei', 'li', 'kai', 'ops', 'ada'].map(name => slack.person(name).id)
  return { admins: [ada], operators: [ops], teams: { compiler: [mei, li], runtime: [kai] } }
}

/** Nothing that Slack would refuse, and no fault of ours, in all of the story. */
export function expectNoTrouble({ slack, world }: Office): void {
  expect(slack.complaints).toEqual([])
  expect(world.errors).toEqual([])
}

/** A program that greets whoever is named. */
export const HELLO = { name: 'hello', bytes: Buffer.from('#!/bin/sh\necho "hello, $1"\n') }

/** What stands in the thread of a card, each message in its lines. */
export function repliesTo({ slack }: Office, card: Message): readonly (readonly string[])[] {
  return slack
    .channel('lab')
    .replies(card)
    .map(({ text }) => text.split('\n'))
}
