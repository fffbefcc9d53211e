// Who may see the dashboard and change prices: whoever knows ADMIN_PASSWORD, and nobody where there is none.
import { createHash, timingSafeEqual } from 'node:crypto'

const password = process.env.ADMIN_PASSWORD

/** The name of the admin who sent this field `Authorization`, if it is one. */
export function adminOf(authorization: string | null | undefined): string | undefined {
  if (!password || !authorization?.startsWith('Basic ')) return undefined
  const text = Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
  const colon = text.indexOf(':')
  const known = timingSafeEqual(digest(text.slice(colon + 1)), digest(password))
  return known ? text.slice(0, colon) || 'admin' : undefined
}

/** What the dashboard asks: a name for its audit, or the answer for a stranger. */
export function authorize(request: Request): string | Response {
  const headers = { 'WWW-Authenticate': 'Basic realm="shop"' }
  const admin = adminOf(request.headers.get('authorization'))
  return admin ?? new Response('For admins only.\n', { status: 401, headers })
}

// Digests are of one length, which timingSafeEqual asks for.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
