import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isRefusal, lookAt } from '../../../../src/hardware/console/shell/login.ts'
import { openPtyBoard, type PtyBoard, shellOn } from './pty-board.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []
let folder = ''

/** As getty and login do it: flush, ask, read without echo, and think for a moment about a wrong password. */
const LOGIN = `
while :; do
  printf '\\r\\nDebian GNU/Linux 12 board ttyS0\\r\\n\\r\\nboard login: '
  read -r name || exit
  [ -z "$name" ] && continue
  if [ "$name" != guest ]; then
    stty -echo; printf 'Password: '; read -r password; stty echo; printf '\\r\\n'
    [ "$name:$password" = 'admin:s3cret word' ] || { printf '\\r\\nLogin incorrect\\r\\n'; continue; }
  fi
  printf 'Last login: Fri Nov 20 08:35:12 UTC 2026 on ttyS0\\r\\n'
  printf 'There was 1 failed login attempt since the last successful login.\\r\\n'
  dash -i
done
`

async function loginBoard(): Promise<PtyBoard> {
  const board = await openPtyBoard({ shell: 'dash', command: `dash ${join(folder, 'login')}` })
  open.push(board)
  return board
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'boardroom-'))
  writeFileSync(join(folder, 'login'), LOGIN)
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('log-in', () => {
  it('gives name and password when they are asked for, and stays logged in for the next session', async () => {
    const board = await loginBoard()
    const shell = shellOn(board, { login: { username: 'admin', password: 's3cret word' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
    await expect(shell.command('echo in', never)).resolves.toEqual({ status: 0, output: 'in\n' })
    await shell.detach()
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: false })
    await shell.detach()
    expect(board.log().includes('s3cret')).toBe(false)
  })

  it('types a user name again that lost letters on its way, and is not refused for it (console.md 7)', async () => {
    const board = await loginBoard()
    let lost = 0
    const write = (bytes: Uint8Array): Promise<void> => {
      const typed = Buffer.from(bytes).toString()
      if (!typed.includes('admin') || lost >= 2) return board.write(bytes)
      lost += 1
      return board.write(Buffer.from(typed.replace('admin', lost === 1 ? 'amin' : 'adm')))
    }
    const shell = shellOn({ ...board, write }, { login: { username: 'admin', password: 's3cret word' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
    expect(lost).toBe(2)
    expect(board.log().includes('Login incorrect')).toBe(false)
  })

  it('gives a user name that nothing echoes as it was typed', async () => {
    const board = await openPtyBoard({ shell: 'dash', echo: false, command: `dash ${join(folder, 'login')}` })
    open.push(board)
    await board.write(Buffer.from('\n'))
    const shell = shellOn(board, { login: { username: 'guest' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
  })

  it('works without a password where none is asked for, through kernel noise', async () => {
    const board = await loginBoard()
    board.faults.noiseEvery = 90
    const shell = shellOn(board, { login: { username: 'guest' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
  })

  it.each([
    // The prompt that comes next may be heard with the refusal, and then there is no room for both, or a moment later.
    [
      'a wrong password',
      { username: 'admin', password: 'wr0ng word' },
      /refused/,
      /Login incorrect|board login/,
    ],
    ['no user name', {}, /asks for a user name and none is configured/, /board login/],
    ['no password', { username: 'admin' }, /asks for a password and none is configured/, /board login/],
  ])('with %s is refused with what was seen, and never the password', async (_what, login, message, seen) => {
    const board = await loginBoard()
    const shell = shellOn(board, { login })
    const error = await shell.attach(never).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'hardware-log-in',
      failure: { class: 'infrastructure', cause: 'log-in' },
      message: expect.stringMatching(message),
    })
    expect(error).toMatchObject({ message: expect.stringMatching(seen) })
    expect(JSON.stringify([error, String(error)])).not.toMatch(/wr0ng|s3cret/)
  })

  it('a half typed user name of somebody else does no harm', async () => {
    const board = await loginBoard()
    await board.write(Buffer.from('someb'))
    const shell = shellOn(board, { login: { username: 'admin', password: 's3cret word' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
  })

  it('a password prompt that somebody else left open is passed over', async () => {
    const board = await loginBoard()
    await board.write(Buffer.from('somebody\n'))
    const shell = shellOn(board, { login: { username: 'admin', password: 's3cret word' } })
    await expect(shell.attach(never)).resolves.toMatchObject({ loggedIn: true })
  })
})

describe('what a console asks for', () => {
  it.each([
    ['board login: ', 'user'],
    ['login:', 'user'],
    ['Username: ', 'user'],
    ['\x1b[1mhost.example login: ', 'user'],
    ['Password: ', 'password'],
    ["admin@host's password: ", 'password'],
    ['New password: ', 'new password'],
    ['Current password: ', 'new password'],
    ['brAb3Z:12> ', 'shell'],
    ['~ # \x1b[6n', 'shell'],
    ['[root@board ~]# ', 'shell'],
    ['\x1b[?2004huser@host:/tmp$ ', 'shell'],
    ['Last login: ', 'something'],
    ['Last failed login: ', 'something'],
    ['Starting kernel ...', 'something'],
    ['', 'nothing'],
    ['\x1b[0m', 'nothing'],
  ] as const)('%j is %s', (tail, look) => {
    expect(lookAt(tail)).toBe(look)
  })

  it('a refusal is known', () => {
    expect(isRefusal('Login incorrect')).toBe(true)
    expect(isRefusal('login: Authentication failure')).toBe(true)
    expect(isRefusal('Last login: today')).toBe(false)
  })

  it('is decided for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), tail => typeof lookAt(tail) === 'string'),
    )
  })
})
