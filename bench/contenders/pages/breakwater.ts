import { type Cache, createCaches, memory } from 'breakwater'
import * as onExpress from 'breakwater/express'
import { pageCache } from 'breakwater/http'
import * as onNode from 'breakwater/node'
import express from 'express'
import { html, type PageContender } from './page.ts'

const cache = (): Cache => createCaches({ default: { store: memory() } }).default

export const inFront: PageContender = {
  packages: ['express'],
  listen() {
    const app = express()
    app.get('/', (_, response) => void response.send(html))
    const listener = onNode.cachePage(cache(), '1h')(app)
    return (request, response) => void listener(request, response)
  },
}

export const withinExpress: PageContender = {
  packages: ['express'],
  listen() {
    const app = express()
    app.get('/', onExpress.cachePage(cache(), '1h'), (_, response) => void response.send(html))
    return app
  },
}

export const inProcess: PageContender = {
  packages: [],
  get read() {
    const pages = pageCache(cache(), '1h')
    const view = (): Response => new Response(html, { headers: { 'Content-Type': 'text/html' } })
    return async (url: string) => await (await pages(new Request(url), view)).text()
  },
}
