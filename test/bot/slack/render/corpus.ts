/** What people and boards have written to be more than text. */
export const CORPUS = [
  '<!channel> <!here> <!everyone> @here',
  '<@U012ABC> <#C012ABC> <!subteam^S012ABC>',
  '<https://evil.example|the log> [log](https://evil.example) https://evil.example',
  '&lt;!channel&gt; &amp; &#60;',
  '*bold* _it_ ~no~ `code` ```more``` > quote\n> quote',
  ':wave: :skull: :custom_emoji:',
  '<!date^1392734382^{date}|today>',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u001b\\log\u001b]8;;\u001b\\ \u0000\u0007\u009b2J',
  '\u202eevil\u2066 \u200b\ufeff مرحبا \u{e0041}',
  '{"type":"mrkdwn","text":"<!channel>"}',
  `${'<!channel> '.repeat(1_000)}`,
]
