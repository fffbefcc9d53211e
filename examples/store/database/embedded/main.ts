// A PostgreSQL of its own for the example: PGlite behind a socket, in a process of its own so that a busy database never
// holds up the shop's event loop. Started by ../embedded.ts, to which it reports its port.
import { createServer } from 'node:net'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { readImage, writeImage } from './image.ts'
import { BRING_ORDERS_UP_TO_DATE, seed } from '../seed.ts'

const image = await readImage()
const database = image ? await PGlite.create({ loadDataDir: image }) : await fill()
await database.exec(BRING_ORDERS_UP_TO_DATE)

const port = await freePort()
// One client speaks (see ../embedded.ts); the others are room for a client that reconnects before the server noticed.
const server = new PGLiteSocketServer({ db: database, port, maxConnections: 4 })
await server.start()
process.send?.({ port })

// The channel closes when the shop ends, however it ends: nobody is left behind.
process.on('disconnect', () => process.exit(0))
// Ctrl+C reaches the whole process group; the shop decides when its database goes.
process.on('SIGINT', () => {})

async function fill(): Promise<PGlite> {
  const empty = await PGlite.create()
  await seed({ script: (sql) => empty.exec(sql), query: (sql, params) => empty.query(sql, params) })
  await empty.exec('checkpoint')
  await writeImage(await empty.dumpDataDir('none'))
  return empty
}

/** The socket server knows no "any free port", so one is asked for here and given back. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
