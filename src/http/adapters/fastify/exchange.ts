import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Exchange, Inquiry } from '../../exchange.ts'
import type { Reply } from '../../replay.ts'
import { NodeExchange } from '../node/exchange.ts'
import { fieldsByLowerName } from '../node/fields-by-name.ts'
import { setReason } from '../node/reason.ts'
import { writeReply } from '../node/write-reply.ts'

/** What is used of Fastify's request, so that Fastify's own types are not needed here. */
export interface FastifyRequest {
  readonly raw: IncomingMessage
  /** The target before `rewriteUrl`. */
  readonly originalUrl: string
  /** As Fastify resolved it, proxies included. */
  readonly protocol: string
  readonly host: string
  readonly routeOptions: { readonly url?: string | undefined }
}

/** What is used of Fastify's reply. */
export interface FastifyReply {
  readonly raw: ServerResponse
  code(status: number): unknown
  header(name: string, value: string | string[]): unknown
  getHeaders(): Record<string, number | string | string[] | undefined>
  send(payload?: unknown): unknown
  hijack(): unknown
}

/** A request that is only looked at. */
export function fastifyInquiry<Incoming extends FastifyRequest>(
  request: Incoming,
): Inquiry<Incoming> {
  const nobody = { raw: undefined } as unknown as FastifyReply
  return fastifyExchange(request, nobody, () => {})
}

/**
 * The exchange of a Fastify route. A page is taken as it goes to the wire, after every `onSend`: a hijacked reply is seen
 * like any other, and what a compressor there makes is kept as that variant.
 */
export function fastifyExchange<Incoming extends FastifyRequest>(
  request: Incoming,
  reply: FastifyReply,
  next: () => Promise<void> | void,
): Exchange<Incoming, void> {
  return new RouteExchange(request, reply, next)
}

class RouteExchange<Incoming extends FastifyRequest> extends NodeExchange<Incoming> {
  readonly #reply: FastifyReply

  constructor(request: Incoming, reply: FastifyReply, next: () => Promise<void> | void) {
    const { host, originalUrl, protocol } = request
    super(
      request,
      { request: request.raw, response: reply.raw, next },
      { url: originalUrl, scheme: protocol, authority: host === '' ? undefined : host },
    )
    this.#reply = reply
  }

  member(name: string): unknown {
    return (this.incoming as unknown as Record<string, unknown>)[name]
  }

  route(): string | undefined {
    return this.incoming.routeOptions.url
  }

  protected override get bags(): readonly object[] {
    return [this.incoming]
  }

  protected override fieldsElsewhere(): OutgoingHttpHeaders {
    return this.#reply.getHeaders()
  }

  override reply(page: Reply): void {
    sendReply(this.incoming, this.#reply, page)
  }
}

/** Through Fastify, so that hooks for every answer, such as those that set cookies, see hits too. */
function sendReply(request: FastifyRequest, reply: FastifyReply, page: Reply): void {
  if (reply.raw.headersSent || reply.raw.destroyed) return
  if (request.raw.method === 'HEAD') {
    // Fastify's own routes for HEAD take the length from a body, and there is none.
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value)
    }
    return writeReply(reply.raw, page)
  }
  reply.code(page.status)
  setReason(reply.raw, page)
  for (const field of fieldsByLowerName(page)) reply.header(field[0], field[1])
  // `null` would become JSON.
  if (page.body === null) reply.send()
  else reply.send(page.body)
}
