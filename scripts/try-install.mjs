// What a user meets: the tarball in an empty project. Without any library each subpath is imported, or says what to install;
// then with each framework alone, which serves a page twice, the second time from the cache.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EMPTY, inProject, install, must, packed } from './consumer.mjs'
import { specifierOf, subpaths } from './exports.mjs'
import { isMain, root } from './run.mjs'

/** Importing in one process is enough: a failed import is remembered by nobody but its own module. */
const IMPORT = `
const outcomes = {}
for (const specifier of process.argv.slice(2)) {
  outcomes[specifier] = await import(specifier).then(
    (module) => Object.keys(module).length > 0 ? 'imported' : 'is empty',
    (error) => error.code === 'E_CLIENT_MISSING' && /npm (i|install) /.test(error.message)
      ? 'says what to install' : String(error),
  )
}
console.log(JSON.stringify(outcomes))
`

/** What every program begins with, and how it looks at its page. */
const HEAD = `
import assert from 'node:assert/strict'
import { createCaches } from 'breakwater'
const cache = createCaches({ default: {} }).default
let made = 0
const page = () => '<h1>made ' + ++made + '</h1>'
async function shows(port) {
  for (const expected of ['miss', 'hit']) {
    const answer = await fetch('http://127.0.0.1:' + port + '/')
    assert.equal(await answer.text(), '<h1>made 1</h1>')
    assert.match(answer.headers.get('cache-status') ?? 'none', expected === 'hit' ? /; *hit/ : /fwd=/)
  }
  console.log('ok')
  process.exit(0)
}
`

/**
 * @typedef {object} Framework
 * @property {readonly string[]} packages
 * @property {string} program serves a cached page, after {@link HEAD}
 */

/** @type {Readonly<Record<string, Framework>>} */
const FRAMEWORKS = {
  'node:http': {
    packages: [],
    program: `
import { createServer } from 'node:http'
import { cachePage } from 'breakwater/node'
const view = (request, response) => response.setHeader('content-type', 'text/html').end(page())
const server = createServer(cachePage(cache, '60s')(view))
server.listen(0, () => shows(server.address().port))`,
  },
  express: {
    packages: ['express@5'],
    program: `
import express from 'express'
import { cachePage } from 'breakwater/express'
const app = express()
app.get('/', cachePage(cache, '60s'), (request, response) => response.send(page()))
const server = app.listen(0, () => shows(server.address().port))`,
  },
  fastify: {
    packages: ['fastify@5'],
    program: `
import fastify from 'fastify'
import { cachePage } from 'breakwater/fastify'
const app = fastify()
app.get('/', { preHandler: cachePage(cache, '60s') }, async (request, reply) => reply.type('text/html').send(page()))
await app.listen({ port: 0 })
await shows(app.server.address().port)`,
  },
  hono: {
    packages: ['hono@4', '@hono/node-server@2'],
    program: `
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { cachePage } from 'breakwater/hono'
const app = new Hono()
app.get('/', cachePage(cache, '60s'), (c) => c.html(page()))
serve({ fetch: app.fetch, port: 0 }, ({ port }) => shows(port))`,
  },
  koa: {
    packages: ['koa@3'],
    program: `
import Koa from 'koa'
import { cachePage } from 'breakwater/koa'
const app = new Koa()
app.use(cachePage(cache, '60s'))
app.use((ctx) => { ctx.type = 'html'; ctx.body = page() })
const server = app.listen(0, () => shows(server.address().port))`,
  },
  h3: {
    packages: ['h3@2'],
    program: `
import { H3, html, serve } from 'h3'
import { cachePage } from 'breakwater/h3'
const app = new H3()
app.get('/', (event) => { event.res.headers.set('content-type', 'text/html'); return page() }, { middleware: [cachePage(cache, '60s')] })
const server = serve(app, { port: 0, silent: true })
await server.ready()
await shows(new URL(server.url).port)`,
  },
  nest: {
    packages: [
      '@nestjs/common@12',
      '@nestjs/core@12',
      '@nestjs/platform-express@12',
      'reflect-metadata@0.2',
      'rxjs@7',
    ],
    // Without a compiler decorators are called as the functions that they are.
    program: `
import 'reflect-metadata'
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { cachePage } from 'breakwater/nest'
class Home { show() { return page() } }
const method = Object.getOwnPropertyDescriptor(Home.prototype, 'show')
Get()(Home.prototype, 'show', method)
UseInterceptors(cachePage(cache, '60s'))(Home.prototype, 'show', method)
Controller()(Home)
class App {}
Module({ controllers: [Home] })(App)
const app = await NestFactory.create(App, { logger: false })
await app.listen(0)
await shows(app.getHttpServer().address().port)`,
  },
}

/** @param {string} project */
async function importAll(project) {
  writeFileSync(join(project, 'import.mjs'), IMPORT)
  const specifiers = [...subpaths(join(root, 'src')).keys()].map(specifierOf)
  const output = await must('node', ['import.mjs', ...specifiers], { cwd: project })
  /** @type {[string, string][]} */
  const outcomes = Object.entries(JSON.parse(output))
  const wrong = outcomes.filter(([, each]) => !/^(?:imported|says what)/.test(each))
  if (wrong.length > 0) throw new Error(wrong.map((each) => each.join(': ')).join('\n'))
  process.stdout.write(`ok   ${outcomes.length} subpaths without any library\n`)
}

async function main() {
  const tarball = await packed()
  await inProject(EMPTY, async (project) => {
    await install(project, [tarball])
    await importAll(project)
  })
  for (const [name, { packages, program }] of Object.entries(FRAMEWORKS)) {
    await inProject({ ...EMPTY, 'main.mjs': HEAD + program }, async (project) => {
      await install(project, [tarball, ...packages])
      await must('node', ['main.mjs'], { cwd: project })
      process.stdout.write(`ok   ${name}: the second visit is a hit\n`)
    })
  }
}

if (isMain(import.meta.url)) await main()
