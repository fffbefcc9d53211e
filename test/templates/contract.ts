// What every template shows, asked of the application that its README starts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../scripts/run.mjs'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import {
  copyTemplate,
  manifestOf,
  PASSWORD,
  removeCopy,
  type StartedTemplate,
  startTemplate,
} from './started-template.ts'

interface Page {
  readonly status: number
  readonly text: string
  readonly hit: boolean
}

/**
 * @param on whether it has its database and cache within itself, or is told of servers
 * @param env what its tools need besides
 */
export function templateContract(
  name: string,
  on: 'nothing' | 'servers',
  env: Readonly<Record<string, string>> = {},
): void {
  describe(`templates/${name}, on ${on}`, () => {
    const folder = join(root, 'templates', name)
    let copy: string
    let shop: StartedTemplate
    const stops: (() => Promise<void>)[] = []

    async function startServers(): Promise<Record<string, string>> {
      const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
      stops.push(
        () => postgres.stop(),
        () => redis.stop(),
      )
      return { DATABASE_URL: postgres.url, REDIS_URL: redis.url }
    }

    beforeAll(async () => {
      copy = copyTemplate(name)
      shop = await startTemplate(copy, { ...env, ...(on === 'servers' && (await startServers())) })
    }, 120_000)
    afterAll(async () => {
      await shop?.stop()
      await Promise.all(stops.map((stop) => stop()))
      removeCopy(copy)
    })

    const page = async (path: string, headers: Record<string, string> = {}): Promise<Page> => {
      const response = await fetch(shop.url + path, { headers })
      const hit = /;\s*hit\b/.test(response.headers.get('cache-status') ?? '')
      return { status: response.status, text: await response.text(), hit }
    }
    const setPrice = async (id: number, cents: unknown, password = PASSWORD): Promise<number> => {
      const response = await fetch(`${shop.url}/products/${id}/price`, {
        method: 'POST',
        headers: { ...as(password), 'Content-Type': 'application/json' },
        body: JSON.stringify({ cents }),
      })
      await response.text()
      return response.status
    }

    it('keeps the page of a product, without what newsletters add to its address', async () => {
      const made = await page('/products/3')
      const again = await page('/products/3?utm_source=mail')

      expect(made).toMatchObject({ status: 200, hit: false })
      expect(made.text).toContain('19.00')
      expect(again).toEqual({ ...made, hit: true })
    })

    it('makes a page anew when its price was changed, and no other', async () => {
      const before = [await page('/products/1'), await page('/products/2')]

      const status = await setPrice(1, 1234)

      expect(status).toBe(204)
      const changed = await page('/products/1')
      expect(before[0]?.text).not.toContain('12.34')
      expect(changed).toMatchObject({ status: 200, hit: false })
      expect(changed.text).toContain('12.34')
      expect(await page('/products/1')).toEqual({ ...changed, hit: true })
      expect(await page('/products/2')).toEqual({ ...before[1], hit: true })
    })

    it('lists the products with their prices, also after a change', async () => {
      const before = await page('/')
      await setPrice(2, 777)

      expect(before.text).toContain('Floor lamp')
      expect(before.text).not.toContain('7.77')
      expect((await page('/')).text).toContain('7.77')
    })

    it('lets no stranger change a price', async () => {
      const { text } = await page('/products/3')

      expect(await setPrice(3, 1, 'guessed')).toBe(401)
      expect((await page('/products/3')).text).toBe(text)
    })

    it.for([['-1'], [-1], [1.5], [undefined]])('takes no price of %j', async ([cents]) => {
      expect(await setPrice(3, cents)).toBe(400)
    })

    it('takes a price as JSON alone, which no form of another site can send', async () => {
      const response = await fetch(`${shop.url}/products/3/price`, {
        method: 'POST',
        headers: { ...as(PASSWORD), 'Content-Type': 'text/plain' },
        body: '{"cents": 1}',
      })

      expect(response.status).toBeGreaterThanOrEqual(400)
      expect((await page('/products/3')).text).toContain('19.00')
    })

    it.for(['/products/99', '/products/lamp'])('has no page %s', async (path) => {
      expect((await page(path)).status).toBe(404)
    })

    it('shows its dashboard to admins alone', async () => {
      const stranger = await page('/cache/')
      const guessing = await page('/cache/', as('guessed'))
      const admin = await page('/cache/', as(PASSWORD))

      expect([stranger.status, guessing.status, admin.status]).toEqual([401, 401, 200])
      expect(admin.text).toContain('<title>')
    })

    it('asks for the versions that Breakwater is tested with', () => {
      const { devDependencies } = manifestOf(root)
      const named = manifestOf(folder)
      const asked = { ...named.dependencies, ...named.devDependencies }

      expect({ ...devDependencies, breakwater: 'latest' }).toMatchObject(asked)
    })

    it('says in its README how it was started here', () => {
      const readme = readFileSync(join(folder, 'README.md'), 'utf8')

      expect(readme).toContain('npm install\nADMIN_PASSWORD=secret npm start\n')
    })
  })
}

function as(password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` }
}
