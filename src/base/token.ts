import { randomBytes } from 'node:crypto'

/**
 * Names one act of one process: 8 characters that name the process (its inbox is known from them) and 8 that count.
 * A lease is held under a token, and a value remembers the token that wrote it (its `rev`).
 */
export type Token = string

export const TOKEN_LENGTH = 16
export const PROCESS_ID_LENGTH = 8

/** A new name for this process's inbox: 8 characters, random, so that two processes never share one. */
function newProcessId(): string {
  return randomBytes(6).toString('base64url')
}

/** Makes the tokens of one process. */
export class TokenSource {
  readonly processId: string
  #count = 0

  constructor(processId: string = newProcessId()) {
    this.processId = processId
  }

  next(): Token {
    this.#count++
    return this.processId + this.#count.toString(36).padStart(PROCESS_ID_LENGTH, '0')
  }
}

/** The process that a token belongs to. */
export function processOf(token: Token): string {
  return token.slice(0, PROCESS_ID_LENGTH)
}
