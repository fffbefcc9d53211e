import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const names = readdirSync(join(root, 'docs/strategies')).map((file) => file.replace('.md', ''))

/** What an example prints. */
async function printed(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, '.build', program)])
  return stdout.trim()
}

/** The text in the fences of a page. */
function textsOf(page: string): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  return [...text.matchAll(/^```text\n(.*?)^```/gms)].map(([, shown]) => (shown as string).trim())
}

describe('the example of each strategy', () => {
  it('has a page', () => {
    const examples = readdirSync(join(root, 'examples/strategies'))
      .map((file) => file.replace('.ts', ''))
      .filter((name) => name !== 'shop')

    expect(examples).toEqual(names)
  })

  it.each(names)('prints what the page of %s says', async (name) => {
    expect(textsOf(`strategies/${name}.md`)).toContain(
      await printed(`examples/strategies/${name}.js`),
    )
  })
})

describe('the comparison of strategies', () => {
  it('is as the benchmark prints it today', async () => {
    expect(textsOf('strategies.md')).toContain(await printed('bench/strategies.js'))
  })
})
