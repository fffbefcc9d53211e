import { createServer, connect, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import { freePort } from './port.ts'

/** What Redis says of itself in INFO, and what Valkey says there instead; of one length, so that replies stay well-formed. */
const REPLACED = [
  [
    'redis_git_sha1:00000000\r\nredis_git_dirty:0\r\n',
    'server_name:valkey\r\nvalkey_version:8.1.100\r\n',
  ],
  ['redis_mode:standalone\r\n', 'server_mode:standalone\n'],
] as const

/**
 * A Redis that says that it is a Valkey: Debian 12 has no package of the real one. What Valkey answers differently is its names
 * in INFO; whoever decides by those is found out here.
 */
export async function asValkey(port: number): Promise<{ url: string; stop(): Promise<void> }> {
  const own = await freePort()
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
    const redis = connect(port, '127.0.0.1')
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    client.on('data', (bytes) => redis.write(bytes))
    redis.on('data', (bytes) => client.write(renamed(bytes)))
    client.on('close', () => redis.destroy())
    redis.on('close', () => client.destroy())
  }).listen(own, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `valkey://127.0.0.1:${own}`,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function renamed(bytes: Buffer): Buffer {
  let text = bytes.toString('latin1')
  for (const [theirs, ours] of REPLACED) text = text.replaceAll(theirs, ours)
  return Buffer.from(text, 'latin1')
}
