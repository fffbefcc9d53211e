// Stands in for a bank's exchange rate API, so that the example needs no network: same shape, same slowness.
import { createServer } from 'node:http'

export interface RatesApi {
  readonly url: string
  /** How often it was asked. */
  readonly requests: number
  close(): Promise<void>
}

const LATENCY_MS = 80

export async function startRatesApi(): Promise<RatesApi> {
  let requests = 0
  const server = createServer((_request, response) => {
    requests++
    setTimeout(() => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ USD: 1.0842, GBP: 0.8427, SEK: 11.213, NOK: 11.652 }))
    }, LATENCY_MS)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    get requests() {
      return requests
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
