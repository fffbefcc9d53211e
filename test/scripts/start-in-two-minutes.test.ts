import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.mjs'
import { isShown, stepsOf } from '../../scripts/start-in-two-minutes.mjs'

describe('stepsOf', () => {
  it('finds the files, commands, servers and outputs of a page, in their order', () => {
    const page = `# Start

Put this into \`a.js\`:

\`\`\`js
run()
\`\`\`

\`\`\`sh server
node a.js
\`\`\`

Then:

\`\`\`sh
curl x
\`\`\`

\`\`\`text
y
\`\`\`
`

    expect(stepsOf(page)).toEqual([
      { kind: 'file', name: 'a.js', text: 'run()\n' },
      { kind: 'server', text: 'node a.js\n' },
      { kind: 'run', text: 'curl x\n' },
      { kind: 'output', text: 'y\n' },
    ])
  })

  it('refuses a file without a name', () => {
    expect(() => stepsOf('Look:\n\n```js\nx\n```\n')).toThrow('Which file is this?')
  })

  it('finds all fences of the page that it is for', async () => {
    const page = await readFile(join(root, 'docs/start.md'), 'utf8')

    expect(stepsOf(page)).toHaveLength((page.match(/^```/gm)?.length ?? 0) / 2)
  })
})

describe('isShown', () => {
  it.for([
    ['a\nb\n', 'a\nb\n', true],
    ['a: 5; hit\r\n', 'a: …; hit\n', true],
    ['a\nc\n', 'a\nb\n', false],
    ['aa\n', 'a\n', false],
    ['a\nx\nb\n', 'a…b\n', false],
  ] as const)('%j of %j: %s', ([printed, shown, expected]) => {
    expect(isShown(printed, shown)).toBe(expected)
  })
})
