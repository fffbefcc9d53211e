import { randomBytes } from 'node:crypto'
import { isPassword } from '../database/password.ts'
import type { Query } from '../database/database.ts'

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly isAdmin: boolean
}

export interface Session {
  readonly id: string
  readonly user: User | undefined
  readonly cartCount: number
}

/** Who this is and how many things are in the cart, in one statement: every page of a known visitor asks it. */
export async function findSession(query: Query, id: string): Promise<Session | undefined> {
  const [row] = await query<{
    userId: number | null
    name: string
    email: string
    isAdmin: boolean
    cartCount: number
  }>(
    `select u.id as "userId", u.name, u.email, u.is_admin as "isAdmin",
       (select coalesce(sum(quantity), 0)::int from cart_items where session_id = s.id) as "cartCount"
     from sessions s left join users u on u.id = s.user_id
     where s.id = $1`,
    [id],
  )
  if (!row) return undefined
  const { userId, name, email, isAdmin, cartCount } = row
  return { id, cartCount, user: userId === null ? undefined : { id: userId, name, email, isAdmin } }
}

export async function startSession(query: Query): Promise<Session> {
  const id = randomBytes(24).toString('base64url')
  await query(`insert into sessions (id) values ($1)`, [id])
  return { id, user: undefined, cartCount: 0 }
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

/** Gives the visitor a new session with the old one's cart: an id known before the login must not be worth anything after it. */
export async function logIn(
  query: Query,
  previous: Session | undefined,
  user: User,
): Promise<Session> {
  const session = await startSession(query)
  await query(`update sessions set user_id = $2 where id = $1`, [session.id, user.id])
  if (previous) {
    await query(`update cart_items set session_id = $2 where session_id = $1`, [
      previous.id,
      session.id,
    ])
    await endSession(query, previous.id)
  }
  return { ...session, user, cartCount: previous?.cartCount ?? 0 }
}

export async function endSession(query: Query, id: string): Promise<void> {
  await query(`delete from sessions where id = $1`, [id])
}
