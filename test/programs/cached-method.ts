// Classes as an application writes them. Compiled, since standard decorators are not yet JavaScript's own.
import { type Cache, cached, createCaches } from 'breakwater'

export const cache: Cache = createCaches({ default: {} }).default
/** What has run, in order. */
export const ran: string[] = []

export class Names {
  runs = 0
  readonly greeting: string

  constructor(greeting: string) {
    this.greeting = greeting
  }

  @cached(cache, { key: (id: number) => ['name', id], ttl: '5m' })
  async of(id: number): Promise<string> {
    this.runs++
    return `${this.greeting} ${id}`
  }

  @cached(cache, {
    key(this: Names, id: number) {
      return ['greeting', this.greeting, id]
    },
  })
  async greet(id: number): Promise<string> {
    return `${this.greeting} ${id}`
  }

  @cached(cache, {
    id: (self: Names) => self.greeting,
    name: 'N.shout',
    tags: (id: number) => [`shout:${id}`],
  })
  async shout(id: number): Promise<string> {
    ran.push(`shout ${id}`)
    return `${this.greeting.toUpperCase()} ${id}`
  }

  @cached(cache)
  async lost(): Promise<string> {
    return 'nobody knows whose'
  }

  @cached(cache, { key: () => ['private'] })
  async #hidden(): Promise<string> {
    ran.push('hidden')
    return 'hidden'
  }

  async reveal(): Promise<string> {
    return await this.#hidden()
  }
}

export class Basket {
  id: number | undefined

  constructor(id?: number) {
    this.id = id
  }

  rebate(): number {
    return 0
  }

  @cached(cache, { ttl: '5m' })
  async total(
    currency: string,
    options?: { readonly net?: boolean; readonly round?: number },
  ): Promise<string> {
    ran.push(`Basket.total ${this.id}`)
    return `${100 - this.rebate()} ${currency} ${JSON.stringify(options ?? {})}`
  }

  @cached(cache)
  static async count(): Promise<string> {
    ran.push(`${this.name}.count`)
    return this.name
  }

  @cached(cache, { id: null })
  async count(): Promise<string> {
    return 'of the instance'
  }
}

/** Inherits the method, and changes what it makes of it. */
export class SaleBasket extends Basket {
  override rebate(): number {
    return 20
  }
}

/** Overrides the method, and asks the one below. */
export class GiftBasket extends Basket {
  @cached(cache)
  override async total(currency: string): Promise<string> {
    ran.push(`GiftBasket.total ${this.id}`)
    return `gift of ${await super.total(currency)}`
  }

  async plain(currency: string): Promise<string> {
    return await super.total(currency)
  }
}

/** Its cache comes with it. */
export class Injected {
  readonly id: string
  readonly cache: Cache

  constructor(id: string, own: Cache) {
    this.id = id
    this.cache = own
  }

  @cached((self: Injected) => self.cache)
  async value(): Promise<string> {
    ran.push(`Injected.value ${this.id}`)
    return this.id
  }
}

/** A class of the same name as another one's. */
export function anotherBasket(): new () => { total(currency: string): Promise<string> } {
  return class Basket {
    readonly id = 7

    @cached(cache)
    async total(currency: string): Promise<string> {
      return `somebody else's ${currency} ${this.id}`
    }
  }
}
