import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import { INNER_FIELDS } from '../../base/inner-fields.ts'
import { Injector } from './injector.ts'
import type { ResolvedPanel } from './options.ts'
import { FIELDS_OF_THE_BODY, nonceForPage, NOT_STORED } from './page-fields.ts'
import { panelHtml } from './panel-html.ts'
import type { Recording } from './recording.ts'
import { serverTiming } from './server-timing.ts'

type Loose = (...args: unknown[]) => unknown
type Done = ((error?: Error) => void) | undefined

/**
 * Lets a response of node:http tell what its request asked of caches. Done before anybody else sees the response, so that
 * whatever else is put around its methods, such as a cache of pages, lies inside and keeps what the view wrote.
 */
export function amendNode(
  response: ServerResponse,
  recording: Recording,
  { inject, serverTiming: tells }: Pick<ResolvedPanel, 'inject' | 'serverTiming'>,
): void {
  const writeHead = response.writeHead.bind(response) as Loose
  const write = response.write.bind(response) as Loose
  const end = response.end.bind(response) as Loose
  let injector: Injector | undefined

  response.once('close', () => {
    recording.status = response.statusCode
    recording.finish()
  })

  // Node calls this method by itself for a head that nobody wrote.
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    if (response.headersSent) return writeHead(status, ...rest)
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined
    const fields = reason === undefined ? (rest[0] ?? rest[1]) : rest[1]
    try {
      take(response, fields)
      recording.status = status
      Object.defineProperty(response, INNER_FIELDS, {
        value: fieldsOf(response),
        configurable: true,
      })
      if (tells) response.appendHeader('Server-Timing', serverTiming(recording.read()))
      if (inject) injector = injectorFor(response, status, recording)
    } catch {
      // Fields that Node refuses, it refuses here.
      return writeHead(status, ...rest)
    }
    return reason === undefined ? writeHead(status) : writeHead(status, reason)
  }) as ServerResponse['writeHead']

  /** Writes the head, if nobody has, so that it is known what the body is. */
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(response.statusCode)
  }

  response.write = ((chunk: unknown, ...rest: unknown[]) => {
    begin()
    const bytes = injector === undefined ? undefined : bytesOf(chunk, rest[0])
    if (injector === undefined || bytes === undefined) return write(chunk, ...rest)
    const ready = injector.push(bytes)
    const done = rest.find((each) => typeof each === 'function') as Done
    if (ready.length > 0) return write(ready, done)
    if (done !== undefined) process.nextTick(done)
    return true
  }) as ServerResponse['write']

  response.end = ((...given: unknown[]) => {
    const [chunk, encoding] = given
    // A head that is not written yet: Node counts the bytes of a body that comes with the end.
    if (!response.headersSent && isPage(response)) begin()
    const bytes = hasBody(chunk) ? bytesOf(chunk, encoding) : Buffer.alloc(0)
    if (injector === undefined || bytes === undefined) return end(...given)
    const last = Buffer.concat([injector.push(bytes), injector.end()])
    injector = undefined
    const done = given.find((each) => typeof each === 'function')
    return done === undefined ? end(last) : end(last, done)
  }) as ServerResponse['end']

  const isPage = (of: ServerResponse): boolean => inject && nonceOf(of, of.statusCode) !== undefined
}

function injectorFor(
  response: ServerResponse,
  status: number,
  recording: Recording,
): Injector | undefined {
  const nonce = nonceOf(response, status)
  if (nonce === undefined) return undefined
  for (const name of FIELDS_OF_THE_BODY) response.removeHeader(name)
  response.setHeader('Cache-Control', NOT_STORED)
  return new Injector(() => panelHtml(recording.read(), nonce))
}

/** Names and values in turn. */
function fieldsOf(response: ServerResponse): string[] {
  return response
    .getHeaderNames()
    .flatMap((name) => valuesOf(response, name).flatMap((value) => [name, value]))
}

function valuesOf(response: ServerResponse, name: string): readonly string[] {
  const value = response.getHeader(name)
  if (value === undefined) return []
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

function nonceOf(response: ServerResponse, status: number): string | undefined {
  const all = (name: string): readonly string[] => valuesOf(response, name)
  return nonceForPage({ method: response.req.method ?? 'GET', status, all })
}

/** Sets what `writeHead` was given, which wins over what was set before. @throws for fields that Node refuses */
function take(response: ServerResponse, fields: unknown): void {
  if (typeof fields !== 'object' || fields === null) return
  const byName = new Map<string, [name: string, values: unknown[]]>()
  for (const [name, value] of pairsOf(fields)) {
    const known = byName.get(name.toLowerCase())
    if (known === undefined) byName.set(name.toLowerCase(), [name, [value]])
    else known[1].push(value)
  }
  for (const [name, values] of byName.values()) {
    if (values[0] === undefined) continue
    const value = values.length === 1 ? values[0] : values.flat()
    response.setHeader(name, value as string)
  }
}

function pairsOf(fields: object): (readonly [string, unknown])[] {
  if (!Array.isArray(fields)) return Object.entries(fields)
  const list = fields as unknown[]
  if (Array.isArray(list[0])) return list as [string, unknown][]
  return list.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), list[index + 1]] as const] : [],
  )
}

function hasBody(chunk: unknown): boolean {
  return chunk !== undefined && chunk !== null && typeof chunk !== 'function'
}

/** Undefined for what Node refuses. */
function bytesOf(chunk: unknown, encoding: unknown): Buffer | undefined {
  if (typeof chunk === 'string') {
    const known = typeof encoding === 'string' && Buffer.isEncoding(encoding)
    return Buffer.from(chunk, known ? encoding : 'utf8')
  }
  if (!(chunk instanceof Uint8Array)) return undefined
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
