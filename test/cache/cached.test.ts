import { resolve } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type * as Compiled from '../programs/cached-method.ts'
import { rejectionOf } from './barrier.ts'
import { FreshCaches } from './fresh-caches.ts'
import { cached, cachedMethod } from '../../src/cache/cached.ts'
import { createCaches } from '../../src/config/create-caches.ts'

type Program = typeof Compiled

let program: Program

beforeAll(async () => {
  program = (await import(resolve('.build/test/programs/cached-method.js'))) as Program
})
beforeEach(async () => {
  program.ran.length = 0
  await program.cache.clear()
})

describe('@cached', () => {
  it('runs a method once per key, with its own this', async () => {
    const names = new program.Names('hello')

    expect([await names.of(1), await names.of(1), await names.of(2)]).toEqual([
      'hello 1',
      'hello 1',
      'hello 2',
    ])
    expect(names.runs).toBe(2)
  })

  it('makes keys of class, id, method and arguments', async () => {
    const { Basket } = program
    const total = cachedMethod(new Basket(3), 'total')

    expect(total.keyFor('eur', { round: 2, net: true })).toBe(
      'Basket.total:%@3("eur",{net=true,round=2})',
    )
    await new Basket(3).total('eur')
    await new Basket(3).total('eur', undefined)
    await new Basket(4).total('eur')
    expect(program.ran).toEqual(['Basket.total 3', 'Basket.total 4'])
  })

  it('a subclass that inherits the method has results of its own', async () => {
    const { Basket, SaleBasket } = program

    expect(await new Basket(3).total('eur')).toBe('100 eur {}')
    expect(await new SaleBasket(3).total('eur')).toBe('80 eur {}')
    expect(cachedMethod(new SaleBasket(3), 'total').keyFor('eur')).toBe(
      'SaleBasket/Basket.total:%@3("eur")',
    )
  })

  it('a subclass that overrides the method has them apart from what the one below gives it', async () => {
    const gift = new program.GiftBasket(3)

    expect([await gift.total('eur'), await gift.plain('eur'), await gift.total('eur')]).toEqual([
      'gift of 100 eur {}',
      '100 eur {}',
      'gift of 100 eur {}',
    ])
    expect(program.ran).toEqual(['GiftBasket.total 3', 'Basket.total 3'])
  })

  it('static methods are of their class, and apart from an instance method of the same name', async () => {
    const { Basket, SaleBasket } = program
    const counts = [await Basket.count(), await SaleBasket.count(), await new Basket(1).count()]

    expect(counts).toEqual(['Basket', 'SaleBasket', 'of the instance'])
    await Basket.count()
    expect(program.ran).toEqual(['Basket.count', 'SaleBasket.count'])
  })

  it("takes an id, a name or a key of one's own", async () => {
    const [hello, bye] = [new program.Names('hello'), new program.Names('bye')]

    expect([await hello.greet(1), await bye.greet(1)]).toEqual(['hello 1', 'bye 1'])
    expect([await hello.shout(1), await bye.shout(1)]).toEqual(['HELLO 1', 'BYE 1'])
    expect(cachedMethod(hello, 'shout').keyFor(1)).toBe('N.shout:%@"hello"(1)')
    await program.cache.invalidateTags(['shout:1'])
    await hello.shout(1)
    expect(program.ran).toEqual(['shout 1', 'shout 1', 'shout 1'])
  })

  it("private methods are cached under a key of one's own", async () => {
    const names = new program.Names('hello')

    expect([await names.reveal(), await names.reveal()]).toEqual(['hidden', 'hidden'])
    expect(program.ran).toEqual(['hidden'])
  })

  it('the cache may come with the instance', async () => {
    const caches = createCaches({ one: {}, two: {} })
    const [a, b] = [new program.Injected('x', caches.one), new program.Injected('x', caches.two)]
    await Promise.all([a.value(), b.value(), a.value()])

    expect(program.ran).toHaveLength(2)
    expect(await caches.two.get('Injected.value:%@"x"()')).toBe('x')
    await caches.close()
  })

  it('refuses instances that nothing tells apart', async () => {
    const unsaved = rejectionOf(new program.Basket().total('eur'))

    expect(await unsaved).toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining("no 'id'"),
    })
    expect(await rejectionOf(new program.Names('a').lost())).toMatchObject({ code: 'E_OPTION' })
    expect(program.ran).toEqual([])
  })

  it('refuses a class of the same name, which would be given the results of the first', async () => {
    await new program.Basket(7).total('eur')
    const Another = program.anotherBasket()

    expect(await rejectionOf(new Another().total('eur'))).toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining("called 'Basket.total'"),
    })
  })

  it('refuses to be called without an instance', async () => {
    const total = Reflect.get(program.Basket.prototype, 'total') as () => Promise<string>

    expect(await rejectionOf(total.call(undefined))).toMatchObject({
      code: 'E_OPTION',
      message: expect.stringContaining('it.total()'),
    })
  })

  it('invalidates, refreshes and calls by its handle', async () => {
    const basket = new program.Basket(3)
    const total = cachedMethod(basket, 'total')
    await total('eur')
    await basket.total('eur')
    await total.invalidate('eur', undefined)
    await basket.total('eur')
    await total.refresh('eur')

    expect(program.ran).toEqual(['Basket.total 3', 'Basket.total 3', 'Basket.total 3'])
  })

  it('keeps nothing of an instance that was changed while its method ran', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    class Order {
      id = 1
      async total(): Promise<number> {
        return ++this.id
      }
    }
    decorate(Order.prototype, 'total', cached(cache))
    await new Order().total()

    expect(await cache.has('Order.total:%@1()')).toBe(false)
    expect(await cache.has('Order.total:%@2()')).toBe(false)
    await caches.close()
  })
})

type Legacy = (target: object, name: string, descriptor: PropertyDescriptor) => void

/** What TypeScript's `experimentalDecorators` makes of `@decorator name() {}`. */
function decorate(target: object, name: string, decorator: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name) ?? {}
  ;(decorator as Legacy)(target, name, descriptor)
  Object.defineProperty(target, name, descriptor)
}

describe('@cached under experimentalDecorators', () => {
  it('caches methods of instances and of classes alike', async () => {
    const caches = new FreshCaches()
    const cache = caches.open()
    let runs = 0
    class Prices {
      readonly id = 3
      static async all(): Promise<number> {
        return ++runs
      }
      async of(product: number): Promise<string> {
        return `${this.id} ${product} ${++runs}`
      }
    }
    decorate(Prices, 'all', cached(cache))
    decorate(Prices.prototype, 'of', cached(cache))
    const prices = new Prices()

    expect([
      await prices.of(1),
      await prices.of(1),
      await Prices.all(),
      await Prices.all(),
    ]).toEqual(['3 1 1', '3 1 1', 2, 2])
    await cachedMethod(prices, 'of').invalidate(1)
    expect(await prices.of(1)).toBe('3 1 3')
    expect([prices.of.name, prices.of.length]).toEqual(['of', 1])
    await caches.close()
  })
})

describe('cached, used wrongly,', () => {
  const caches = new FreshCaches()
  const cache = caches.open()
  const method = async (): Promise<number> => 1
  type Standard = (method: unknown, context: object) => unknown
  const standard = cached(cache) as unknown as Standard

  it.each(['getter', 'setter', 'field', 'accessor', 'class'])('refuses a %s', (kind) => {
    expect(() => standard(method, { kind, name: 'it', static: false, private: false })).toThrow(
      `to decorate a method, and no ${kind}`,
    )
  })

  it('refuses a private method without a key', () => {
    const context = { kind: 'method', name: '#it', static: false, private: true }

    expect(() => standard(method, context)).toThrow(/'key'.*private/)
  })

  it('refuses getters and fields under experimentalDecorators', () => {
    const target = {
      get it() {
        return 1
      },
    }

    expect(() => decorate(target, 'it', cached(cache))).toThrow(/decorate a method/)
    expect(() => decorate(target, 'field', cached(cache))).toThrow(/decorate a method/)
  })

  it('refuses a method whose class cannot be told', async () => {
    class Base {
      readonly id = 1
      async it(): Promise<number> {
        return 1
      }
    }
    class Sub extends Base {
      override async it(): Promise<number> {
        return 2
      }
    }
    for (const { prototype } of [Base, Sub]) {
      decorate(prototype, 'it', cached(cache))
      const inner: unknown = Reflect.get(prototype, 'it')
      prototype.it = async function it(this: Base) {
        return await (inner as typeof prototype.it).call(this)
      }
    }

    expect(await new Base().it()).toBe(1)
    expect(await rejectionOf(new Sub().it())).toMatchObject({ code: 'E_OPTION' })
  })

  it('refuses a handle on a method that is not cached', () => {
    expect(() => cachedMethod({ it: method }, 'it')).toThrow(/decorated by 'cached'/)
  })
})
