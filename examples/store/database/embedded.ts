import { fork } from 'node:child_process'
import { programPath } from '../paths.ts'

export interface EmbeddedDatabase {
  readonly url: string
  close(): Promise<void>
}

/** Starts the embedded database in a child process and waits until it takes connections. */
export async function startEmbeddedDatabase(): Promise<EmbeddedDatabase> {
  const child = fork(programPath('database/embedded/main'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))

  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port))
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`the embedded database ended with code ${code} before it was ready`)),
    )
  })

  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    async close() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}
