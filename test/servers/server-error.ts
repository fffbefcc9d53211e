/** A test server that could not be started, with what to do about it. Never a reason to skip. */
export class ServerError extends Error {
  override readonly name: string = 'ServerError'
  readonly code: 'E_BINARY_MISSING' | 'E_START_FAILED'

  constructor(code: ServerError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
