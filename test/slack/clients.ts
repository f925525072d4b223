import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver, type Logger, LogLevel } from '@slack/bolt'
import { SocketModeClient } from '@slack/socket-mode'
import { WebAPIPlatformError, WebClient, type WebClientOptions } from '@slack/web-api'
import { type SlackStub, type SlackStubOptions, startSlackStub } from './stub.ts'

/** Slack's own clients, pointed at the stub: what they cannot talk to is no Slack. */

const SILENT: Logger = {
  ...{ debug: nothing, info: nothing, warn: nothing, error: nothing, setLevel: nothing, setName: nothing },
  getLevel: () => LogLevel.ERROR,
}

function nothing(): void {}

export async function withStub(
  options: SlackStubOptions,
  use: (stub: SlackStub) => Promise<void>,
): Promise<void> {
  const stub = await startSlackStub(options)
  try {
    await use(stub)
  } finally {
    await stub.close()
  }
}

export function clientOf(stub: SlackStub, options: WebClientOptions & { token?: string } = {}): WebClient {
  const { token = stub.env()['SLACK_BOT_TOKEN'], ...others } = options
  return new WebClient(token, {
    ...{ slackApiUrl: `${stub.url}/api/`, logger: SILENT, retryConfig: { retries: 0 } },
    ...{ rejectRateLimitedCalls: true, ...others },
  })
}

/** The word of Slack's refusal; 'ok' when there was none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'ok'
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return error.data.error
    throw error
  }
}

/** `pingMs`: how long it bears silence, and waits before it connects anew. */
export function socketClientOf(stub: SlackStub, pingMs = 5_000): SocketModeClient {
  return new SocketModeClient({
    ...{ appToken: stub.env()['SLACK_APP_TOKEN'] ?? '', logger: SILENT, clientPingTimeout: pingMs },
    clientOptions: { slackApiUrl: `${stub.url}/api/`, retryConfig: { retries: 0 } },
  })
}

export type Running = { app: App; stop(): Promise<void> }

export async function startBolt(
  stub: SlackStub,
  mode: 'socket' | 'http',
  prepare: (app: App) => void,
): Promise<Running> {
  return mode === 'socket' ? await startBySocket(stub, prepare) : await startByHttp(stub, prepare)
}

function appOptions(stub: SlackStub): { token: string; logger: Logger; clientOptions: WebClientOptions } {
  const clientOptions = { slackApiUrl: `${stub.url}/api/`, retryConfig: { retries: 0 } }
  return { token: stub.env()['SLACK_BOT_TOKEN'] ?? '', logger: SILENT, clientOptions }
}

async function startBySocket(stub: SlackStub, prepare: (app: App) => void): Promise<Running> {
  const app = new App({
    ...appOptions(stub),
    appToken: stub.env()['SLACK_APP_TOKEN'] ?? '',
    socketMode: true,
  })
  prepare(app)
  await app.start()
  return { app, stop: async () => void (await app.stop()) }
}

async function startByHttp(stub: SlackStub, prepare: (app: App) => void): Promise<Running> {
  const path = '/webhooks/slack'
  const signingSecret = stub.env()['SLACK_SIGNING_SECRET'] ?? ''
  const receiver = new HTTPReceiver({ signingSecret, endpoints: [path], logger: SILENT })
  const app = new App({ ...appOptions(stub), receiver, deferInitialization: true })
  prepare(app)
  await app.init()
  const server = createServer((request, response) => receiver.requestListener(request, response))
  server.listen(0, '127.0.0.1')
  await new Promise<void>(resolve => server.once('listening', () => resolve()))
  stub.webhook.pointAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  const stop = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeAllConnections()
    await promise
  }
  return { app, stop }
}
