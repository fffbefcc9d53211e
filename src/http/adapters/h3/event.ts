// What is used of h3, so that its own types are not needed here.

/** The request as srvx gives it, or the platform's own. */
export interface H3Request extends Request {
  context?: unknown
}

/** What is prepared for the response, whatever the view returns. */
export interface H3EventResponse {
  status?: number | undefined
  statusText?: string | undefined
  readonly headers: Headers
  /** Of error responses; not in every version of h3. */
  readonly errHeaders?: Headers
}

/** What is used of h3's `H3Event`. */
export interface H3Event {
  readonly req: H3Request
  readonly url: URL
  /** What layers share, such as the user. */
  readonly context: { readonly matchedRoute?: { readonly route?: string | undefined } | undefined }
  readonly res: H3EventResponse
  /** The application; `undefined` where a handler is called without one. */
  readonly app?: object | undefined
}
