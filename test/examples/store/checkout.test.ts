import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addToCart, loadCart } from '../../../examples/store/data/carts.ts'
import { placeOrder } from '../../../examples/store/data/orders.ts'
import { stockReader } from '../../../examples/store/data/stock.ts'
import { type Database, openDatabase } from '../../../examples/store/database/database.ts'

let database: Database

beforeAll(async () => {
  database = await openDatabase(undefined)
}, 90_000)
afterAll(async () => {
  await database.close()
})

async function stock(productId: number, quantity: number): Promise<void> {
  await database.query('update stock set quantity = $2 where product_id = $1', [
    productId,
    quantity,
  ])
}

/** A visitor with these products in the cart. */
async function cartWith(...productIds: readonly number[]): Promise<string> {
  const id = randomUUID()
  for (const productId of productIds) await addToCart(database.query, id, productId)
  return id
}

describe('placeOrder', () => {
  it('never sells more than there is, however many want it at once', async () => {
    await stock(101, 5)
    const carts = await Promise.all(Array.from({ length: 12 }, () => cartWith(101)))

    const placed = await Promise.all(carts.map((cart) => placeOrder(database, cart, 1)))

    const outcomes = placed.map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'placed')).toHaveLength(5)
    expect(outcomes.filter((outcome) => outcome === 'soldOut')).toHaveLength(7)
    expect(await stockReader(database.query)(101)).toBe(0)
  })

  it('sells one cart once, however often its button is pressed', async () => {
    await stock(102, 10)
    const cart = await cartWith(102)

    const placed = await Promise.all([1, 2, 3].map(() => placeOrder(database, cart, 1)))

    const outcomes = placed.map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'placed')).toHaveLength(1)
    expect(await stockReader(database.query)(102)).toBe(9)
  })

  it('sells all of a cart or nothing of it', async () => {
    await stock(103, 5)
    await stock(104, 0)
    const cart = await cartWith(103, 104)

    const placed = await placeOrder(database, cart, 1)

    expect(placed).toEqual({ outcome: 'soldOut', productIds: [104] })
    expect(await stockReader(database.query)(103)).toBe(5)
    expect(await loadCart(database.query, cart)).toHaveLength(2)
  })
})

describe('Database.transaction', () => {
  it('leaves nothing behind when its work fails, and its connection to the next', async () => {
    await stock(105, 5)

    const failed = database.transaction(async (query) => {
      await query('update stock set quantity = 1 where product_id = 105')
      throw new Error('changed my mind')
    })

    await expect(failed).rejects.toThrow('changed my mind')
    expect(await stockReader(database.query)(105)).toBe(5)
  })
})

describe('stockReader', () => {
  it('reads once for all who ask together, and anew for who asks later', async () => {
    const read = stockReader(database.query)
    await stock(106, 6)
    const before = database.queries

    const together = await Promise.all([read(106), read(106), read(107)])
    const reads = database.queries - before
    await stock(106, 5)

    expect(together.slice(0, 2)).toEqual([6, 6])
    expect(reads).toBe(1)
    expect(await read(106)).toBe(5)
  })
})
