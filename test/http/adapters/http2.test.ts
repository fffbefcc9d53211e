import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { cachePage } from '../../../src/http/adapters/node/index.ts'
import { CachedPages } from '../cached-pages.ts'
import { FakeClock } from '../fake-clock.ts'

describe('cachePage of breakwater/node on HTTP/2', () => {
  it('does not look for a reason phrase, of which Node would warn', async () => {
    const warnings: string[] = []
    const warned = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', warned)
    const store = new CachedPages(new FakeClock())
    const answer = cachePage(store, '60s')((_request, response) => void response.end('a page'))
    const server = createServer((request, response) => {
      void answer(request as unknown as IncomingMessage, response as unknown as ServerResponse)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    try {
      const chunks: Buffer[] = []
      for await (const chunk of client.request({ ':path': '/a' })) chunks.push(chunk as Buffer)

      expect([Buffer.concat(chunks).toString(), warnings]).toEqual(['a page', []])
    } finally {
      process.off('warning', warned)
      client.destroy()
      await new Promise((resolve) => server.close(resolve))
      await store.close()
    }
  })
})
