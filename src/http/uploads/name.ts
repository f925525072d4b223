import type { Context } from 'koa'

/**
 * What a body that is a file is called: by `?name=`, else by Content-Disposition (RFC 6266), else `binary`. Only what
 * stands behind the last slash; whether the store takes such a name, it says itself.
 */
export function nameOfBody(ctx: Pick<Context, 'query' | 'headers'>): string {
  const [asked] = [ctx.query['name']].flat()
  const name = asked ?? dispositionName(ctx.headers['content-disposition'] ?? '')
  return name.split(/[/\\]/).at(-1) || 'binary'
}

function dispositionName(header: string): string {
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(header)?.[1]
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended)
    } catch {}
  }
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1]
  const name = quoted?.replace(/\\(.)/g, '$1') ?? /;\s*filename\s*=\s*([^;\s"]+)/i.exec(header)?.[1] ?? ''
  return asUtf8(name)
}

/** Node reads headers as latin1; most programs write UTF-8 there all the same. */
function asUtf8(text: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}
