import type { Row } from '../../change.ts'
import type { Ticket } from '../../ticket.ts'
import type { Settled, Statement } from '../../statement.ts'
import type { MysqlCommand, MysqlError, MysqlHeader } from './driver.ts'

/** Of the status that an OK packet carries: a transaction is open. Source: MySQL, "Status Flags". */
const IN_TRANSACTION = 1

/**
 * One command of a connection on its way: it is sent when its ticket allows, and whoever waits for its answer gets it when
 * what it has changed is invalidated.
 */
export class Sending {
  readonly #command: MysqlCommand
  readonly #statements: readonly Statement[]
  readonly #ticket: Ticket
  readonly #generated: string | undefined
  readonly #emit: MysqlCommand['emit']
  /** The last answer of a command whose answers are events. */
  #seen: unknown
  #isSent = false
  #isOver = false
  #isTimedOut = false
  #settling: Promise<void> | undefined
  /** Called when nothing more will be heard of it, with what the server has told last. */
  onOver: (header: MysqlHeader | undefined) => void = () => undefined

  /** @param generated the column whose value the server makes, where a row is inserted into a table with such a key */
  constructor(
    command: MysqlCommand,
    statements: readonly Statement[],
    ticket: Ticket,
    generated: string | undefined,
  ) {
    this.#command = command
    this.#statements = statements
    this.#ticket = ticket
    this.#generated = generated
    this.#emit = command.emit.bind(command)
    const told = command.onResult
    if (typeof told !== 'function') {
      command.emit = (event, ...parts) => this.#onEvent(event, parts)
      return
    }
    command.onResult = (error, result, fields) => {
      // The server is still at it: what it does is known when it has answered.
      if (isTimeout(error)) {
        this.#isTimedOut = true
        return told(error, result, fields)
      }
      this.#answered(error, result, () => told(error, result, fields))
    }
    command.emit = (event, ...parts) => {
      // Of one that could not be prepared, and of one whose caller had lost patience, that is all that is heard.
      if (event === 'end' && this.#isSent) {
        if (this.#isTimedOut) this.#conclude({ outcome: 'unknown' })
        else if (isSkipped(command)) this.#conclude({ outcome: 'undone' })
      }
      return this.#emit(event, ...parts)
    }
  }

  /** @param send hands it to the driver */
  start(send: (command: MysqlCommand) => unknown): void {
    const { ready } = this.#ticket
    if (ready === undefined) {
      this.#isSent = true
      send(this.#command)
      return
    }
    ready.then(
      () => {
        this.#isSent = true
        send(this.#command)
        this.#ticket.sent()
      },
      (error: unknown) => {
        this.#conclude({ outcome: 'undone' }, () => this.#refuse(error as MysqlError))
        this.#ticket.sent()
      },
    )
  }

  /** The connection is gone, and with it the answer. */
  abandon(): void {
    if (this.#isSent) this.#conclude({ outcome: 'unknown' })
  }

  #refuse(error: MysqlError): void {
    const { onResult } = this.#command
    if (typeof onResult === 'function') onResult(error)
    else this.#emit('error', error)
    this.#emit('end')
  }

  #onEvent(event: string, parts: unknown[]): boolean {
    if (event === 'result' && isHeader(parts[0])) this.#seen = parts[0]
    const tell = (): unknown => this.#emit(event, ...parts)
    if (event === 'error' && !isTimeout(parts[0] as MysqlError))
      return this.#answered(parts[0] as MysqlError, undefined, tell)
    if (event === 'end') return this.#answered(null, this.#seen, tell)
    return this.#emit(event, ...parts)
  }

  #answered(error: MysqlError | null, result: unknown, tell: () => unknown): true {
    const last: unknown = Array.isArray(result) ? result.at(-1) : result
    const header = isHeader(last) ? last : undefined
    const settled = error === null ? this.#done(result, header) : this.#failed(error)
    return this.#conclude(settled, tell, header)
  }

  #done(result: unknown, header: MysqlHeader | undefined): Settled {
    const status = header?.serverStatus
    const transaction = status === undefined ? undefined : status & IN_TRANSACTION ? 'open' : 'none'
    return { outcome: 'done', transaction, rows: this.#rowsIn(result) }
  }

  #failed({ errno, sqlState }: MysqlError): Settled {
    const isAnswer = typeof errno === 'number' && sqlState !== undefined
    // What is open is committed before such a statement is looked at; and a COMMIT that was broken off may have come through.
    const commits = this.#statements.some(
      ({ kind, commitsFirst }) => kind === 'commit' || commitsFirst === true,
    )
    return { outcome: isAnswer && !commits ? 'undone' : 'unknown' }
  }

  /** What its one statement gave back: rows, or the id that was made for the only row that it inserted. */
  #rowsIn(result: unknown): Settled['rows'] {
    const at = this.#statements.length - 1
    const isOne = this.#statements.slice(0, at).every(({ kind }) => kind === 'begin')
    if (!isOne || isSeveral(result)) return undefined
    const list: (readonly Row[] | undefined)[] = Array.from({ length: at }, () => undefined)
    if (Array.isArray(result)) return [...list, result as readonly Row[]]
    const { affectedRows, insertId } = (result ?? {}) as MysqlHeader
    if (this.#generated === undefined || affectedRows !== 1 || !insertId) return undefined
    return [...list, [{ [this.#generated]: insertId }]]
  }

  /** @param tell after what was changed is invalidated */
  #conclude(settled: Settled, tell?: () => unknown, header?: MysqlHeader): true {
    if (!this.#isOver) {
      this.#isOver = true
      this.#settling = this.#ticket.settle(settled)
      this.onOver(header)
    }
    if (this.#settling === undefined) tell?.()
    else void this.#settling.then(() => tell?.())
    return true
  }
}

/** The driver takes away what it would have sent. */
function isSkipped(command: MysqlCommand): boolean {
  return Object.hasOwn(command, 'start')
}

function isTimeout(error: MysqlError | null): boolean {
  return error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT'
}

function isHeader(value: unknown): value is MysqlHeader {
  return typeof (value as MysqlHeader | null | undefined)?.serverStatus === 'number'
}

/** The answers to several statements in one text, or what a procedure gives. */
function isSeveral(result: unknown): boolean {
  return Array.isArray(result) && result.some((each) => Array.isArray(each) || isHeader(each))
}
