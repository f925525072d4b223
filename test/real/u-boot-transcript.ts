import { openConsole } from '../simulator/console-client.ts'

/** Typed one after the other at U-Boot's prompt; each is answered before the next. */
export const LINES: readonly string[] = [
  'echo hello world\n',
  '\n',
  'echo  two   blanks\r',
  "echo 'single  $x' \"double  ${arch}\" d '' x\n",
  "echo b\\\\c d\\ e 'f'\\\\'g'\n",
  'echo a;;echo b; ;\n',
  'true && echo yes || echo no\n',
  'false && echo yes || echo no\n',
  'true || echo a; false || echo b && echo c\n',
  'false; echo $?; true; echo $?\n',
  'nosuch a b\n',
  '\n',
  'echo $?\n',
  '_n=1\n',
  'brn=12;brs=x;echo @W $brn $brs.\n',
  'echo [$nothing] [${nothing}] $nothing.\n',
  'echo it # and a comment\n',
  'echo a#b\n',
  'if true; then echo y; else echo n; fi; echo $?\n',
  'if false; then echo y; else echo n; fi; echo $?\n',
  'if test a = b; then echo y; fi; echo $?\n',
  'echo "unbalanced\n',
  'still\n',
  '\x03',
  'echo before; fi\n',
  'echo not swallowed\n',
  'echo before; fi; echo after\n',
  'echo swallowed\n',
  '\x03',
  '\x03',
  'echo abc\x15echo def\n',
  'echo abcd\x7f\x08x\n',
  `echo ${'x'.repeat(520)}\x03`,
  "setenv one 'a;b'; printenv one; setenv one; printenv one; echo $?\n",
  "setenv one 'it'\\''s'\\\\' # !'; printenv one\n",
  "setenv two 'echo ran; false; echo on'; run two; echo $?\n",
  'run nosuch; echo $?\n',
  'setenv a=b c; echo $?\n',
  'setenv ethaddr 11:22:33:44:55:66; echo $?\n',
  'setenv a b=c; printenv a nosuch; echo $?\n',
  'sleep 0.05; echo $?\n',
  '\x03',
  'echo -n\n',
]

/** All that was said to the lines by a board whose countdown runs. */
export async function transcript(port: number, withinMs: number): Promise<string[]> {
  const client = await openConsole(port)
  try {
    await client.see('autoboot', withinMs)
    client.type(' ')
    await client.see(/=> $/, withinMs)
    const said: string[] = []
    for (const line of LINES) {
      client.clear()
      client.type(line)
      await client.see(/(?:^|\n)(?:=> |> )$/, withinMs)
      said.push(`${JSON.stringify(line)}: ${JSON.stringify(client.text())}`)
    }
    return said
  } finally {
    client.close()
  }
}
