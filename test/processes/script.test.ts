// A process stays for as long as it takes to answer, and no longer.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startMemcached } from '../servers/memcached.ts'
import { startRedis } from '../servers/redis.ts'

const root = join(import.meta.dirname, '../..')
const folder = await mkdtemp(join(tmpdir(), 'breakwater-script-'))
const [memcached, redis] = await Promise.all([startMemcached(), startRedis()])

afterAll(async () => {
  await memcached.stop()
  await redis.stop()
  await rm(folder, { recursive: true })
})

class Script {
  readonly #child
  readonly #closed: Promise<unknown[]>
  #said = ''

  constructor(url: string, task: string) {
    this.#child = spawn(process.execPath, [join(root, '.build/test/programs/script.js'), task], {
      env: { ...process.env, BREAKWATER_URL: url },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#closed = once(this.#child, 'close')
    this.#child.stdout.on('data', (chunk: Buffer) => (this.#said += chunk.toString()))
  }

  async says(word: string): Promise<void> {
    await expect.poll(() => this.#said).toContain(`${word}\n`)
  }

  goOn(): void {
    this.#child.stdin.end()
  }

  async end(): Promise<{ code: number | null; said: string }> {
    const [code] = (await this.#closed) as [number | null]
    return { code, said: this.#said }
  }
}

describe.each([
  ['files', `file://${folder}/files`],
  ['SQLite', `sqlite://${folder}/cache.db`],
  ['Memcached', memcached.url],
  ['Redis', redis.url],
])('a script on %s', (_, url) => {
  it('ends when its work is done, and not before', async () => {
    expect(await new Script(url, 'write').end()).toEqual({ code: 0, said: 'written\n' })
  })

  it('waits for what another process loads', async () => {
    const loader = new Script(url, 'load')
    await loader.says('loading')
    const waiter = new Script(url, 'wait')
    await waiter.says('waiting')
    loader.goOn()

    expect((await waiter.end()).said).toMatch(/^(?:waiting\n)+loaded\n$/)
    expect(await loader.end()).toEqual({ code: 0, said: 'loading\nloaded\n' })
  })
})
