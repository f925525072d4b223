/** The least that anybody could do: a bare Bolt app that acknowledges, and answers a click with one message. */
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt'

export type BoltSaid = { say: 'ready'; address: string } | { say: 'usage'; n: number; rssBytes: number }

const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL, SLACK_MODE } = process.env
const clientOptions = { slackApiUrl: SLACK_API_URL ?? '' }
const logLevel = LogLevel.ERROR
const receiver =
  SLACK_MODE === 'http'
    ? new HTTPReceiver({
        signingSecret: SLACK_SIGNING_SECRET ?? '',
        endpoints: ['/webhooks/slack'],
        logLevel,
      })
    : new SocketModeReceiver({
        appToken: SLACK_APP_TOKEN ?? '',
        logLevel,
        installerOptions: { clientOptions },
      })
const app = new App({ token: SLACK_BOT_TOKEN ?? '', receiver, clientOptions: { ...clientOptions }, logLevel })

app.command('/lab', async ({ ack }) => await ack())
app.command('/lease', async ({ ack, client, body }) => {
  await ack()
  const text = { type: 'plain_text', text: 'Post here' } as const
  const elements = [{ type: 'button', action_id: 'post', text, value: 'x' } as const]
  const blocks = [{ type: 'actions', elements } as const]
  await client.chat.postMessage({ channel: body.channel_id, text: 'a question', blocks })
})
app.action(/./, async ({ ack, client, body }) => {
  await ack()
  await client.chat.postMessage({ channel: body.channel?.id ?? '', text: 'Queue' })
})

const server = await (SLACK_MODE === 'http' ? app.start({ port: 0, host: '127.0.0.1' }) : app.start())
const { port } = 'address' in server ? (server.address() as AddressInfo) : { port: 0 }
say({ say: 'ready', address: `http://127.0.0.1:${port}` })

function say(said: BoltSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

const input = createInterface({ input: process.stdin })
input.on('line', text => {
  const { usage: n } = JSON.parse(text) as { usage: number }
  say({ say: 'usage', n, rssBytes: process.memoryUsage.rss() })
})
input.once('close', () => process.exit(0))
