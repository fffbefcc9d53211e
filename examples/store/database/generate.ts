// The shop's data, computed from a fixed seed: everyone who starts the example sees the same twenty thousand products,
// and a number measured today can be compared with one measured tomorrow.
import { collections, departments } from './assortment.ts'
import type { Department, Leaf } from './assortment.ts'
import { closings, complaints, lukewarm, openings, people, praise, surnames } from './phrases.ts'
import { hashPassword } from './password.ts'
import { between, pick, seededRandom, skewed } from './random.ts'
import type { Random } from './random.ts'

export interface Size {
  readonly products: number
  readonly reviews: number
  readonly orders: number
  readonly users: number
}

export const FULL_SIZE: Size = { products: 20_000, reviews: 64_000, orders: 10_000, users: 400 }

/** Moments are counted back from here; the database moves orders forward when it opens, so that "last 30 days" is never empty. */
const NEWEST_ORDER = Date.UTC(2026, 0, 15, 12)

/** Opens every generated account; `ada@example.com` is the one that may change prices. */
export const DEMO_PASSWORD = 'lantern'

const SEED = 20_260_115
const DAY_MS = 86_400_000

/** Rows by table, each in the order of its columns in the schema. */
export interface ShopData {
  readonly categories: readonly object[]
  readonly products: readonly object[]
  readonly stock: readonly object[]
  readonly reviews: readonly object[]
  readonly users: readonly object[]
  readonly orders: readonly object[]
  readonly order_items: readonly object[]
  readonly featured: readonly object[]
  readonly settings: readonly object[]
}

export function generateShop(size: Size = FULL_SIZE): ShopData {
  const random = seededRandom(SEED)
  const products = generateProducts(random, size.products)
  return {
    categories: generateCategories(),
    products,
    stock: products.map(({ id }) => ({
      product_id: id,
      quantity: between(random, 0, 9) === 0 ? 0 : between(random, 2, 140),
    })),
    reviews: generateReviews(random, size),
    users: generateUsers(random, size.users),
    ...generateOrders(random, size, products),
    featured: Array.from({ length: 8 }, (_, position) => ({
      position,
      // One thing from each corner of the shop: neighbouring ids belong to neighbouring categories.
      product_id: 1 + ((position * 7 + 18 * between(random, 0, 40)) % size.products),
    })),
    settings: [
      { key: 'shop.name', value: 'Tern & Tide' },
      { key: 'shop.tagline', value: 'Well-made things for home and shore' },
      { key: 'shop.notice', value: 'Free delivery from €60 · 30 days to change your mind' },
      { key: 'shop.email', value: 'harbour@ternandtide.example' },
      { key: 'delivery.free_from_cents', value: '6000' },
    ],
  }
}

function slugify(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f’]/g, '')
    .replaceAll('ø', 'o')
    .replaceAll('Ø', 'O')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}

/** Departments are 1 to 6; leaves follow, so leaf `n` (counted from 0) has id `7 + n`. */
function generateCategories(): object[] {
  const row = (
    id: number,
    parentId: number | null,
    hue: number,
    { name, blurb }: Department | Leaf,
  ): object => ({
    id,
    parent_id: parentId,
    slug: slugify(name),
    name,
    blurb,
    hue,
  })
  const tops = departments.map((department, index) =>
    row(index + 1, null, department.hue, department),
  )
  const leaves = departments.flatMap((department, parent) =>
    department.leaves.map((leaf, index) =>
      row(
        departments.length + 1 + parent * 3 + index,
        parent + 1,
        department.hue + (index - 1) * 16,
        leaf,
      ),
    ),
  )
  return [...tops, ...leaves]
}

interface ProductRow {
  readonly id: number
  readonly price_cents: number
}

function generateProducts(random: Random, count: number): ProductRow[] {
  const leaves = departments.flatMap((department) => department.leaves)
  const products: ProductRow[] = []
  for (let id = 1; id <= count; id++) {
    const index = (id - 1) % leaves.length
    const leaf = leaves[index]
    if (!leaf) throw new Error('unreachable: index is below the length')
    products.push(
      generateProduct(
        random,
        id,
        leaf,
        departments.length + 1 + index,
        Math.floor((id - 1) / leaves.length),
      ),
    )
  }
  return products
}

function generateProduct(
  random: Random,
  id: number,
  leaf: Leaf,
  categoryId: number,
  nth: number,
): ProductRow {
  // 611 shares no factor with 40 · 6 · 6, so neighbours differ and no name comes twice within a category.
  const mix = (nth * 611 + categoryId * 97) % (collections.length * 36)
  const collection = collections[mix % collections.length] ?? ''
  const material = leaf.materials[Math.floor(mix / collections.length) % 6] ?? ''
  const noun = leaf.nouns[Math.floor(mix / collections.length / 6)] ?? ''
  const [low, high] = leaf.price
  const euros = Math.round(low + (high - low) * random() ** 2)
  return {
    id,
    category_id: categoryId,
    slug: slugify(`${collection} ${material} ${noun}`),
    name: `${collection} ${material} ${noun}`,
    description: `${pick(random, openings)} ${leaf.use} ${pick(random, closings)}`,
    price_cents: euros * 100 - pick(random, [0, 0, 5, 10, 50]),
    added_on: new Date(NEWEST_ORDER - between(random, 1, 900) * DAY_MS).toISOString().slice(0, 10),
  } as ProductRow
}

function generateReviews(random: Random, size: Size): object[] {
  return Array.from({ length: size.reviews }, (_, index) => {
    const stars = pick(random, [5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1])
    const [title, body] = pick(random, stars >= 4 ? praise : stars === 3 ? lukewarm : complaints)
    return {
      id: index + 1,
      product_id: 1 + skewed(random, size.products, 1.6),
      author: `${pick(random, people)} ${pick(random, surnames).charAt(0)}.`,
      stars,
      title,
      body,
      written_on: new Date(NEWEST_ORDER - skewed(random, 720, 1.5) * DAY_MS)
        .toISOString()
        .slice(0, 10),
    }
  })
}

function generateUsers(random: Random, count: number): object[] {
  // One salt for all is right only here: it keeps the data the same on every start, and the password is in the README.
  const passwordHash = hashPassword(DEMO_PASSWORD, 'tern-and-tide')
  return Array.from({ length: count }, (_, index) => {
    const name = `${people[index % people.length] ?? ''} ${pick(random, surnames)}`
    const email = index === 0 ? 'ada@example.com' : `${slugify(name)}.${index}@example.com`
    return { id: index + 1, email, name, password_hash: passwordHash, is_admin: index === 0 }
  })
}

function generateOrders(
  random: Random,
  size: Size,
  products: readonly ProductRow[],
): Pick<ShopData, 'orders' | 'order_items'> {
  const orders: object[] = []
  const items: object[] = []
  for (let id = 1; id <= size.orders; id++) {
    orders.push({
      id,
      user_id: between(random, 1, size.users),
      placed_at: new Date(NEWEST_ORDER - Math.floor(random() * 90 * DAY_MS)).toISOString(),
    })
    const bought = new Set(
      Array.from({ length: between(random, 1, 4) }, () => skewed(random, products.length)),
    )
    for (const index of bought) {
      const product = products[index]
      if (!product) continue
      items.push({
        order_id: id,
        product_id: product.id,
        quantity: pick(random, [1, 1, 1, 2, 3]),
        price_cents: product.price_cents,
      })
    }
  }
  return { orders, order_items: items }
}
