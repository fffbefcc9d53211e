// Runs a small program on the package, as it is built, on every Node that is supported: each is fetched through npm.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY, inProject, install, must, packed } from './consumer.mjs'
import { fetched } from './fetched.mjs'
import { isMain, root } from './run.mjs'

const MAJORS = ['20', '22', '24', '26']

const PROGRAM = `
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { compressed, createCaches, encrypted, json, memory, v8 } from 'breakwater'
import { file } from 'breakwater/file'
import { cachePage } from 'breakwater/node'
import { sql } from 'breakwater/sql'

class Money {}
const classes = { Money }
const codecs = {
  json: json({ classes }),
  v8: v8({ classes }),
  'json, deflate': compressed(json({ classes })),
  'json, gzip': compressed(json({ classes })),
  'json, brotli': compressed(json({ classes })),
  'json, encrypted': encrypted(json({ classes }), { keys: [Buffer.alloc(32, 7)] }),
}
const golden = Object.entries(JSON.parse(readFileSync('golden.json', 'utf8'))).map(([name, text]) => {
  const [codec, value] = name.split(': ')
  return { codec: codecs[codec], value, bytes: Buffer.from(text, 'base64') }
})
const decoded = new Map()
for (const { codec, value, bytes } of golden) {
  if (codec === undefined) continue
  const found = codec.decode(bytes, 'the key')
  const shown = inspect(found, { depth: 9, maxStringLength: null })
  assert.equal(shown, decoded.get(value) ?? shown)
  decoded.set(value, shown)
  const again = codec.decode(codec.encode(found, 'the key'), 'the key')
  assert.equal(inspect(again, { depth: 9, maxStringLength: null }), shown)
}
assert.ok(decoded.size > 15)

const folder = mkdtempSync(join(tmpdir(), 'breakwater-node-'))
const stores = { memory: memory(), file: file(join(folder, 'files')) }
if (isBuiltin('node:sqlite')) {
  const { DatabaseSync } = await import('node:sqlite')
  stores.sqlite = sql({ sqlite: new DatabaseSync(join(folder, 'cache.db')) })
}
for (const [name, store] of Object.entries(stores)) {
  const caches = createCaches({ default: { store } })
  const cache = caches.default
  let loads = 0
  const load = async () => new Map([['loads', ++loads]])
  const many = await Promise.all([1, 2, 3].map(() => cache.getOrSet('a', load, { ttl: '1m', tags: ['t'] })))
  assert.deepEqual(many, [1, 2, 3].map(() => new Map([['loads', 1]])), name)
  await cache.invalidateTags(['t'])
  assert.deepEqual(await cache.getOrSet('a', load), new Map([['loads', 2]]), name)
  await caches.close()
}

let made = 0
const caches = createCaches({ default: {} })
const server = createServer(cachePage(caches.default, '60s')((request, response) => {
  response.setHeader('content-type', 'text/html').end('made ' + ++made)
}))
await new Promise((resolve) => server.listen(0, resolve))
for (const expected of [/fwd=/, /; *hit/]) {
  const answer = await fetch('http://127.0.0.1:' + server.address().port + '/')
  assert.equal(await answer.text(), 'made 1')
  assert.match(answer.headers.get('cache-status'), expected)
}
server.close()
server.closeAllConnections()
await caches.close()
rmSync(folder, { recursive: true })
console.log(Object.keys(stores).join(', ') + ', a page, and ' + decoded.size + ' golden values')
`

async function main() {
  const tarball = await packed()
  const golden = readFileSync(join(root, 'test/golden/0.1/payloads.json'), 'utf8')
  await inProject({ ...EMPTY, 'main.mjs': PROGRAM, 'golden.json': golden }, async (project) => {
    await install(project, [tarball])
    for (const major of MAJORS) {
      const place = await fetched(`node-${process.platform}-${process.arch}`, major)
      const node = join(place, 'bin/node')
      const version = (await must(node, ['--version'])).trim()
      const output = await must(node, ['--no-warnings', 'main.mjs'], { cwd: project })
      process.stdout.write(`ok   ${version.padEnd(10)} ${output}`)
    }
  })
}

if (isMain(import.meta.url)) await main()
