import type { Problem } from '../problem.ts'

const AGAIN_S = 10

export function tooManyStreams(): Problem {
  return {
    status: 503,
    code: 'too-many-streams',
    detail: 'Too many event streams and followed logs are open, or the bot is about to stop.',
    hint: `Close one that nobody reads, or come again in ${AGAIN_S} s.`,
    headers: { 'Retry-After': String(AGAIN_S) },
  }
}
