// Purgers, against a server that records what it is asked.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cloudflare, fastly, type Purger, varnish } from '../../../src/http/index.ts'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let server: Server
let endpoint: string
let asked: Asked[]
let status: number

beforeEach(async () => {
  asked = []
  status = 200
  server = createServer((request, response) => {
    const { headers, method, url } = request
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      asked.push({ method, url, headers, body })
      response.writeHead(status).end('{"status":"ok"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function run(purger: Purger, names: readonly string[]): Promise<void> {
  await purger(names, new AbortController().signal)
}

const many = Array.from({ length: 300 }, (_, index) => `n${index}`)

describe('fastly', () => {
  it('purges surrogate keys of a service, 256 in a call', async () => {
    await run(fastly({ service: 'S1/x', token: 't0ken', endpoint }), many)

    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['POST', '/service/S1%2Fx/purge'],
      ['POST', '/service/S1%2Fx/purge'],
    ])
    expect(asked[0]?.headers).toMatchObject({ 'fastly-key': 't0ken' })
    expect(asked[0]?.headers).not.toHaveProperty('fastly-soft-purge')
    expect(asked.flatMap(({ body }) => JSON.parse(body).surrogate_keys)).toEqual(many)
  })

  it('purges softly when asked to', async () => {
    await run(fastly({ service: 's', token: 't', soft: true, endpoint }), ['a'])

    expect(asked[0]?.headers).toMatchObject({ 'fastly-soft-purge': '1' })
  })
})

describe('cloudflare', () => {
  it('purges tags of a zone, 100 in a call', async () => {
    await run(cloudflare({ zone: 'z1', token: 't0ken', endpoint: `${endpoint}/v4/` }), many)

    expect(asked.map(({ method, url }) => [method, url])).toEqual(
      Array.from({ length: 3 }, () => ['POST', '/v4/zones/z1/purge_cache']),
    )
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer t0ken' })
    expect(asked.flatMap(({ body }) => JSON.parse(body).tags)).toEqual(many)
  })
})

describe('varnish', () => {
  it('purges xkeys at every Varnish', async () => {
    await run(varnish({ urls: [`${endpoint}/one`, `${endpoint}/two`] }), ['a', 'b%20c'])

    expect(
      asked
        .map(({ method, url, headers }) => `${method} ${url} ${String(headers['xkey'])}`)
        .toSorted(),
    ).toEqual(['PURGE /one a b%20c', 'PURGE /two a b%20c'])
  })

  it('speaks the method and the field of its VCL', async () => {
    await run(varnish({ urls: [endpoint], method: 'DELETE', header: 'xkey-purge' }), ['a'])

    expect(asked[0]).toMatchObject({ method: 'DELETE', headers: { 'xkey-purge': 'a' } })
  })

  it('asks all of them, also when one is down', async () => {
    const purger = varnish({ urls: ['http://127.0.0.1:1/', endpoint] })

    await expect(run(purger, ['a'])).rejects.toMatchObject({ code: 'E_CDN' })
    expect(asked).toHaveLength(1)
  })
})

describe.each<readonly [string, () => Purger]>([
  ['fastly', () => fastly({ service: 's', token: 's3cret', endpoint })],
  ['cloudflare', () => cloudflare({ zone: 'z', token: 's3cret', endpoint })],
  ['varnish', () => varnish({ urls: [endpoint] })],
])('%s', (_name, make) => {
  it('rejects when the CDN refuses, with its status and without the token', async () => {
    status = 403

    const failing = run(make(), ['a'])

    await expect(failing).rejects.toMatchObject({ code: 'E_CDN' })
    await expect(failing).rejects.toThrow(/did not purge: status 403/)
    await expect(failing).rejects.not.toThrow(/s3cret/)
  })

  it('asks nobody for no names', async () => {
    await run(make(), [])

    expect(asked).toEqual([])
  })
})

describe('a purger', () => {
  it.each<readonly [() => Purger]>([
    [() => fastly({ service: '', token: 't' })],
    [() => fastly({ service: 's', token: 5 as never })],
    [() => cloudflare({ zone: 'z', token: 't', endpoint: 'api' })],
    [() => varnish({ urls: [] })],
    [() => varnish({ urls: ['varnish:6081'] })],
    [() => varnish({ urls: ['http://v/'], verb: 'PURGE' } as never)],
  ])('refuses what cannot work: %s', (make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
  })
})
