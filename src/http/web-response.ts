import type { Reply } from './replay.ts'

/** A page from the cache as the platform's own response. */
export function webResponse(reply: Reply): Response {
  const { body, fields, reason, status } = reply
  const record = recordOf(reply)
  const response = new Response(body as Uint8Array<ArrayBuffer> | null, {
    status,
    statusText: reason ?? '',
    // Given here, servers with a Response of their own need not make the platform's headers of them. And where they are told
    // nothing, some have a type by themselves.
    headers: record ?? [],
  })
  if (record !== undefined) return response
  for (let index = 0; index + 1 < fields.length; index += 2) {
    response.headers.append(fields[index] as string, fields[index + 1] as string)
  }
  return response
}

/**
 * The fields as `Headers` would list them, lines of one name as one, so that a server which asks for `Headers` after all sends
 * the same; `undefined` where they do not fit in one.
 */
function recordOf({ fields, forms }: Reply): Readonly<Record<string, string>> | undefined {
  const before = forms?.record
  if (before !== undefined) return before
  const values = new Map<string, string>()
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = (fields[index] as string).toLowerCase()
    // The lines of the one cannot be joined, and the other is no name like others here.
    if (name === 'set-cookie' || name === '__proto__') return undefined
    const line = fields[index + 1] as string
    const first = values.get(name)
    values.set(name, first === undefined ? line : `${first}, ${line}`)
  }
  const record: Record<string, string> = {}
  for (const name of [...values.keys()].toSorted()) record[name] = values.get(name) as string
  if (forms !== undefined) forms.record = record
  return record
}
