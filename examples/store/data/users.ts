import { isPassword } from '../database/password.ts'
import type { Query } from '../database/database.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly isAdmin: boolean
}

/** @returns undefined when the address or the password is wrong: a caller cannot tell which, and neither can a stranger */
export async function checkPassword(
  query: Query,
  email: string,
  password: string,
): Promise<User | undefined> {
  const [row] = await query<User & { hash: string }>(
    `select id, name, email, is_admin as "isAdmin", password_hash as hash from users where email = $1`,
    [email.trim().toLowerCase()],
  )
  if (!row || !(await isPassword(password, row.hash))) return undefined
  return { id: row.id, name: row.name, email: row.email, isAdmin: row.isAdmin }
}

/** Who this is and how many things are in the cart, in one statement: every page of a known visitor asks it. */
export async function findVisitor(
  query: Query,
  sessionId: string,
  userId: number | null,
): Promise<{ user: User | undefined; cartCount: number }> {
  const [row] = await query<{
    id: number | null
    name: string
    email: string
    isAdmin: boolean
    cartCount: number
  }>(
    `select u.id, u.name, u.email, u.is_admin as "isAdmin", c.count as "cartCount"
     from (select coalesce(sum(quantity), 0)::int as count from cart_items where session_id = $1) c
     left join users u on u.id = $2`,
    [sessionId, userId],
  )
  const { cartCount = 0, email = '', id = null, isAdmin = false, name = '' } = row ?? {}
  return { cartCount, user: id === null ? undefined : { id, name, email, isAdmin } }
}
