import { createHmac } from 'node:crypto'

/** HMAC-SHA256 of `<timestamp>.<body>` in hexadecimal; the timestamp is in seconds. */
export function sign(secret: string, timestamp: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}
