// The examples that pages show are files of examples/, as they stand there, and print what the page says.
// `npm run examples` writes what has changed into the pages.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SHOWN_EXAMPLE } from '../docs/shown-example.ts'
import { startMemcached } from '../servers/memcached.ts'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'

const root = join(import.meta.dirname, '../..')
/** Larger ones, which have tests of their own. */
const OTHERS = /^(?:dashboard|proxy|store|strategies)\//

const pages = filesUnder('docs', /\.md$/)
  .map((page) => ({ page, text: readFileSync(join(root, 'docs', page), 'utf8') }))
  .filter(({ text }) => text.search(SHOWN_EXAMPLE) >= 0)
const shown = pages.flatMap(({ text }) =>
  [...text.matchAll(SHOWN_EXAMPLE)].map(([, , file]) => `${file}`),
)

let printed: ReadonlyMap<string, string>
const [memcached, postgres, redis] = await Promise.all([
  startMemcached(),
  startPostgres(),
  startRedis(),
])

beforeAll(async () => {
  const runner = join(root, '.build/test/programs/examples.js')
  const programs = shown.map((file) => join(root, '.build', file.replace(/tsx?$/, 'js')))
  const { stdout } = await promisify(execFile)(process.execPath, [runner, ...programs], {
    env: {
      ...process.env,
      DATABASE_URL: postgres.url,
      MEMCACHED_URL: memcached.url,
      REDIS_URL: redis.url,
      NODE_ENV: 'development',
      NO_COLOR: '1',
    },
  })
  const outputs = stdout.split('\0').slice(1)
  printed = new Map(shown.map((file, index) => [file, outputs[index]?.replace(/^.*\n/, '') ?? '']))
})

afterAll(async () => {
  await memcached.stop()
  await postgres.stop()
  await redis.stop()
})

function filesUnder(folder: string, name: RegExp): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => name.test(file)).toSorted()
}

describe('the examples that pages show', () => {
  it('are all that there are', () => {
    const files = filesUnder('examples', /\.tsx?$/).filter((file) => !OTHERS.test(file))

    expect(shown.toSorted()).toEqual(files.map((file) => `examples/${file}`))
  })

  it.each(pages)('are files that print what $page says', async ({ page, text }) => {
    const asItIs = text.replaceAll(SHOWN_EXAMPLE, (_, kind: string, file: string) => {
      const code = readFileSync(join(root, file), 'utf8')
      const output = printed.get(file)
      return `\`\`\`${kind}\n${code}\`\`\`\n${output ? `\n\`\`\`text\n${output}\`\`\`\n` : ''}`
    })

    await expect(asItIs).toMatchFileSnapshot(join(root, 'docs', page))
  })
})
