/** A row as the shop's database has it. */
export interface Product {
  readonly id: number
  readonly category: string
  readonly price: number
  /** Grows with each change of the row. */
  readonly version: number
}

/** A database as small as can be, which counts what it is asked. */
export class Shop {
  queries = 0
  readonly #rows = new Map<number, Product>()

  constructor(count = 3) {
    for (let id = 1; id <= count; id++)
      this.#rows.set(id, { id, category: id % 2 === 1 ? 'shoes' : 'hats', price: 100, version: 1 })
  }

  async product(id: number): Promise<Product> {
    this.queries++
    return this.#row(id)
  }

  /** One query for many. */
  async products(ids: readonly number[]): Promise<Product[]> {
    this.queries++
    return ids.map((id) => this.#row(id))
  }

  async inCategory(category: string): Promise<Product[]> {
    this.queries++
    return [...this.#rows.values()].filter((row) => row.category === category)
  }

  /** `UPDATE … SET price = …, version = version + 1 RETURNING *` */
  async changePrice(id: number, price: number): Promise<Product> {
    this.queries++
    const row = this.#row(id)
    const changed = { ...row, price, version: row.version + 1 }
    this.#rows.set(id, changed)
    return changed
  }

  /** As the clients of databases have it. */
  async transaction<T>(work: (trx: this) => Promise<T>): Promise<T> {
    return await work(this)
  }

  #row(id: number): Product {
    const row = this.#rows.get(id)
    if (row === undefined) throw new Error(`There is no product ${id}.`)
    return row
  }
}

/** What an example prints: one line for each step. */
export function say(step: string, result: unknown): void {
  console.log(`${`${step} `.padEnd(52, '.')} ${String(result)}`)
}
