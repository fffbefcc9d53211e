import express from 'express'
import { html, type PageContender } from './page.ts'

const page = Buffer.from(html)

/** The limit: the page as bytes, with the fields it needs. */
export const plainNode: PageContender = {
  packages: [],
  listen() {
    const fields = ['Content-Type', 'text/html', 'Content-Length', String(page.length)]
    return (_, response) => {
      response.writeHead(200, fields)
      response.end(page)
    }
  },
  read: async () => html,
}

/** No cache: rendering costs nothing here, what remains is the framework. */
export const plainExpress: PageContender = {
  packages: ['express'],
  listen() {
    const app = express()
    app.get('/', (_, response) => void response.send(html))
    return app
  },
}
