// Builds a small site with the real Next.js, serves it by two processes on one Redis, and shows there what docs/next.md
// says. Next.js is 350 MB and a build takes a minute, so it is neither a dependency nor a part of `npm test`: this installs
// it in a temporary folder, which it removes.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isMain, root, run } from './run.mjs'

const FILES = {
  'package.json': '{ "name": "site", "private": true }',
  'caches.mjs': `import { createCaches } from 'breakwater'
export const caches = createCaches({ default: { store: process.env.REDIS_URL, prefix: 'site' } })`,
  'cache-handler.mjs': `import { createCacheHandler } from 'breakwater/next'
import { caches } from './caches.mjs'
export default createCacheHandler(caches.default)`,
  'use-cache-handler.mjs': `import { createUseCacheHandler } from 'breakwater/next'
import { caches } from './caches.mjs'
export default createUseCacheHandler(caches.default)`,
  'next.config.mjs': `import { fileURLToPath } from 'node:url'
const file = (name) => fileURLToPath(new URL(name, import.meta.url))
export default {
  cacheComponents: true,
  cacheHandler: file('./cache-handler.mjs'),
  cacheHandlers: { default: file('./use-cache-handler.mjs'), remote: file('./use-cache-handler.mjs') },
  cacheMaxMemorySize: 0,
}`,
  'app/layout.js': `export default function Layout({ children }) {
  return <html><body>{children}</body></html>
}`,
  'app/price.js': `import { cacheLife, cacheTag } from 'next/cache'
export async function price(id) {
  'use cache'
  cacheTag('products')
  cacheLife('hours')
  const answer = await fetch(process.env.SOURCE + '/' + id, { cache: 'no-store' })
  return await answer.text()
}`,
  'app/page/page.js': `import { price } from '../price'
export default async function Page() {
  return <p>{'price ' + (await price('page'))}</p>
}`,
  'app/api/price/route.js': `import { connection } from 'next/server'
import { price } from '../../price'
export async function GET(request) {
  await connection()
  return new Response('price ' + (await price(new URL(request.url).searchParams.get('id'))))
}`,
  'app/api/revalidate/route.js': `import { revalidatePath, revalidateTag } from 'next/cache'
export async function POST(request) {
  const { searchParams } = new URL(request.url)
  if (searchParams.has('path')) revalidatePath(searchParams.get('path'))
  else revalidateTag('products', searchParams.get('profile') ?? { expire: 0 })
  return new Response('done')
}`,
}

/** What prices are read from: a number that the test raises, and a door in front of it. */
class Source {
  price = 1
  asked = 0
  /** Opens the door; what waits at it was read before. @type {(() => void) | undefined} */
  #open
  /** @type {Promise<void> | undefined} */
  #door
  #server = createServer((_request, response) => void this.#answer(response))

  /** @param {import('node:http').ServerResponse} response */
  async #answer(response) {
    this.asked++
    const { price } = this
    await this.#door
    response.end(String(price))
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(undefined)))
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  shut() {
    this.#door = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  open() {
    this.#open?.()
    this.#door = undefined
  }

  close() {
    this.open()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** @param {import('node:child_process').ChildProcess} child started as the head of a group of its own */
function stop(child) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  } catch {
    // It has ended.
  }
}

/** @param {() => Promise<boolean> | boolean} condition */
async function until(condition) {
  for (let round = 0; round < 600; round++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`waited in vain for: ${String(condition)}`)
}

/** @param {string} url @param {string} [method] */
async function text(url, method = 'GET') {
  const got = await fetch(url, { method })
  const body = await got.text()
  assert.equal(got.status, 200, body)
  return /price \d+/.exec(body)?.[0] ?? body
}

/** @param {string} step @param {string} command @param {string[]} args @param {object} options */
async function must(step, command, args, options) {
  process.stdout.write(`${step} ...\n`)
  const { code, output } = await run(command, args, options)
  if (code !== 0) throw new Error(`${step}:\n${output}`)
}

/**
 * @param {readonly [string, string]} sites two processes of one site
 * @param {Source} source
 */
async function show([here, there], source) {
  /** @param {string} path */
  const both = async (path) => [await text(here + path), await text(there + path)]
  /** @param {string} what @param {() => Promise<void>} act */
  const shows = async (what, act) => {
    await act()
    process.stdout.write(`ok   ${what}\n`)
  }
  const [revalidate, one] = ['/api/revalidate', '/api/price?id=1']

  for (const path of [one, '/page']) {
    await shows(`${path}: what one process made is the other’s`, async () => {
      source.price++
      await text(there + revalidate, 'POST')
      const { price } = source
      assert.equal(await text(here + path), `price ${price}`)
      source.price++
      assert.deepEqual(await both(path), Array(2).fill(`price ${price}`))
    })
    await shows(`${path}: revalidateTag reaches both`, async () => {
      await text(there + revalidate, 'POST')
      assert.deepEqual(await both(path), Array(2).fill(`price ${source.price}`))
    })
    await shows(`${path}: with a profile the old one is served while it is made anew`, async () => {
      const old = `price ${source.price}`
      source.price++
      await text(`${there}${revalidate}?profile=max`, 'POST')
      assert.equal(await text(here + path), old)
      await until(async () => (await text(there + path)) === `price ${source.price}`)
    })
  }
  await shows('revalidatePath reaches both', async () => {
    source.price++
    await text(`${there}${revalidate}?path=/page`, 'POST')
    assert.deepEqual(await both('/page'), Array(2).fill(`price ${source.price}`))
  })
  await shows(
    'what was read before a revalidation and brought after it is kept by nobody',
    async () => {
      await text(there + revalidate, 'POST')
      const { asked, price } = source
      source.shut()
      const slow = text(here + one)
      await until(() => source.asked > asked)
      source.price++
      await text(there + revalidate, 'POST')
      source.open()
      assert.equal(await slow, `price ${price}`)
      assert.deepEqual(await both(one), Array(2).fill(`price ${price + 1}`))
    },
  )
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-try-next-'))
  const source = new Source()
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = []
  try {
    for (const [path, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    const packages = ['next@16', 'react@19', 'react-dom@19', '@redis/client']
    await must('npm install', 'npm', ['install', '--no-audit', ...packages], { cwd: folder })
    for (const part of ['dist', 'package.json']) {
      cpSync(join(root, part), join(folder, 'node_modules/breakwater', part), { recursive: true })
    }
    const [redisPort, ...ports] = [6390, 6391, 6392].map((port) => port + (process.pid % 1000) * 3)
    const env = {
      ...process.env,
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      SOURCE: await source.listen(),
      NEXT_TELEMETRY_DISABLED: '1',
    }
    /** @param {string} command @param {string[]} args */
    const start = (command, args) => {
      children.push(spawn(command, args, { cwd: folder, env, detached: true, stdio: 'ignore' }))
    }
    start('redis-server', ['--port', String(redisPort), '--save', ''])
    const next = join(folder, 'node_modules/.bin/next')
    await must('next build', next, ['build'], { cwd: folder, env })
    for (const port of ports) start(next, ['start', '-p', String(port)])
    const [here = '', there = ''] = ports.map((port) => `http://127.0.0.1:${port}`)
    for (const site of [here, there]) {
      await until(
        async () =>
          await fetch(site).then(
            () => true,
            () => false,
          ),
      )
    }
    await show([here, there], source)
  } finally {
    for (const child of children) stop(child)
    source.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

if (isMain(import.meta.url)) await main()
