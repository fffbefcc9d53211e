// @ts-expect-error -- it has no types
import untyped from 'apicache'
import express, { type RequestHandler } from 'express'
import { html, type PageContender } from './page.ts'

const apicache = untyped as { middleware(duration: string): RequestHandler }

/** As its README shows: its middleware before the view, in its own memory. */
export const withinExpress: PageContender = {
  packages: ['apicache', 'express'],
  listen() {
    const app = express()
    app.get('/', apicache.middleware('1 hour'), (_, response) => void response.send(html))
    return app
  },
}
