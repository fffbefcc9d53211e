import type { Reason } from './reasons.ts'
import type { Reply } from './replay.ts'
import type { FieldList } from './rules/fields.ts'
import type { ResponseHead } from './rules/storable.ts'

/**
 * One request, as the page cache looks at it.
 *
 * @typeParam Incoming the request as options see it
 */
export interface Inquiry<Incoming> {
  /** The request, as the framework has it. */
  readonly incoming: Incoming
  /** In capital letters. */
  readonly method: string
  /** `'http'` or `'https'`. */
  readonly scheme: string
  /** Host and port as the client asked for; `undefined` when it named none. */
  readonly authority: string | undefined
  /** As the router saw it, without the query. */
  readonly path: string
  /** With its `?`, or empty. */
  readonly query: string
  /** The request brings a body. */
  readonly hasBody: boolean
  /**
   * It asks for no more than its address: it has none of the fields that page caches look at, no body, and its view can see no
   * other host than `authority`. Default: that is not known.
   */
  readonly isPlain?: boolean
  /** What else of its own address the view can see, such as a Host behind a proxy: always as many as this adapter gives. */
  readonly alsoKnownAs: readonly string[]
  /** What the application has put on the request before the cache saw it, such as `user`. Default: nothing is known. */
  member?(name: string): unknown
  /**
   * The pattern of the route that answers, as the framework writes it: `'/product/:id'`. Asked again when the page has been
   * made, because some frameworks know it only then. Default: it is not known.
   */
  route?(): string | undefined
  /** A request field by its lower-case name; lines of one field joined as the view sees them; `undefined` when missing. */
  header(name: string): string | undefined
}

/**
 * One request and the ways to answer it: all that the page cache knows of a framework. An adapter makes one per request.
 *
 * @typeParam Answer what the adapter returns to its framework
 */
export interface Exchange<Incoming, Answer> extends Inquiry<Incoming> {
  /** Sends what {@link Tap.filling} makes of a body. Default false: pages whose view renders a hole are not kept. */
  readonly fills?: boolean
  /** The view can run only while this request is being answered, and only once. */
  readonly once: boolean
  /**
   * Runs the view and lets `tap` see what it writes. Without a tap the view runs untouched. A view that fails rejects, or
   * reports the failure itself and tells the tap.
   */
  run(tap: Tap | undefined): Promise<Answer> | Answer
  /** Gives an answer that nobody will send up, and what it holds open with it. */
  discard(answer: Answer): void
  /** Answers with a response of the cache. */
  reply(reply: Reply): Answer
}

/** What is sent in place of what a view writes into a page with holes. */
export interface Filling {
  /** @returns what can be sent by now of these bytes and those before them. @throws {CacheError} `E_TEMPLATE` */
  through(bytes: Uint8Array): Buffer
  /** @returns the rest, when the body has ended */
  rest(): Buffer
}

/** How a head is changed on its way out: `drop` first, then `add`. */
export interface HeadEdit {
  /** Names in lower case: no line of these goes out. */
  readonly drop: readonly string[]
  /** `[name, value, …]`, each a line of its own after those that are there. */
  readonly add: readonly string[]
}

/** Sees a response as the view writes it: `head`, then `chunk` for each part of the body, then `end` or `fail`. */
export interface Tap {
  /** The page is being made for others too: hide from the view what asks for less than the whole, such as If-None-Match and Range. */
  readonly whole: boolean
  /** Fields that the request has for the view while it runs, and for nobody after that: `[name, value, …]`, in lower case. */
  readonly asks: FieldList
  /** Whether the body is still wanted. */
  readonly collecting: boolean
  /**
   * Between the body and its client, from the head on; `undefined` where the body goes out as the view writes it. The tap
   * itself is still to see that.
   */
  readonly filling?: Filling | undefined
  /** Whether a response of this status is to be offered to `instead` before anything of it is sent. */
  takes(status: number): boolean
  /**
   * Called before `head`. What the client gets in place of this response, none of which is then sent; `undefined` when it
   * is to be sent; `'again'`, never of a view that can run only once, when the view is to be run anew without `asks`.
   */
  instead(head: ResponseHead): Reply | 'again' | undefined
  /** Called before the head is sent, with what the view wrote. Answers how it is changed. */
  head(head: ResponseHead): HeadEdit
  /** Called with the head as it was sent, where layers outside the cache may have changed it on its way. */
  sent(head: ResponseHead): void
  /** Copied, so the view may reuse its buffer. */
  chunk(bytes: Uint8Array): void
  /** The body is complete. */
  end(): void
  /** The response broke off or is not what it seems: nothing of it may be kept. Last word, also after `end`'s chunk. */
  fail(reason: Reason): void
}
