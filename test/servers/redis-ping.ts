import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Where a Redis listens and how to be let in. */
export interface RedisAddress {
  readonly port: number
  readonly ca?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/**
 * Whether a Redis answers PING on a fresh connection. A raw socket, so that the harness depends on no client
 * that it is used to test.
 *
 * @param timeoutMs false after this long without an answer
 */
export async function answersPing(address: RedisAddress, timeoutMs = 1_000): Promise<boolean> {
  const socket = open(address)
  try {
    return await new Promise<boolean>((resolve) => {
      let reply = ''
      socket.setTimeout(timeoutMs, () => resolve(false))
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
      socket.on('data', (chunk: Buffer) => {
        reply += chunk.toString('latin1')
        // A user who may not ping was understood all the same.
        if (/\+PONG|-NOPERM/.test(reply)) resolve(true)
        else if (/^-/m.test(reply)) resolve(false)
      })
      socket.write(`${auth(address)}PING\r\n`)
    })
  } finally {
    socket.destroy()
  }
}

function open({ port, ca }: RedisAddress): Socket {
  if (ca === undefined) return connectPlain(port, '127.0.0.1')
  return connectTls({ port, host: '127.0.0.1', ca })
}

function auth({ user, password }: RedisAddress): string {
  if (password === undefined) return ''
  return command('AUTH', ...(user === undefined ? [password] : [user, password]))
}

/** One command as Redis reads it: an array of bulk strings, so that no character needs escaping. */
export function command(...words: readonly string[]): string {
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${bulk.join('')}`
}
