// A class as an application writes it. Compiled, since standard decorators are not yet JavaScript's own.
import { type Cache, cached, createCaches } from 'breakwater'

const cache: Cache = createCaches({ default: {} }).default

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
}
