import { BSON } from 'mongodb'

// MongoDB's wire protocol, as much of it as drivers of today speak: OP_MSG, and OP_QUERY for the first hello.
// Source: the manual, "MongoDB Wire Protocol".

type Document = BSON.Document

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const HEADER = 16
/** Of OP_MSG: whoever sent it waits for no answer. */
const MORE_TO_COME = 2

export interface Request {
  readonly id: number
  readonly opCode: number
  readonly command: Document
  readonly answered: boolean
}

/** Takes whole messages off the front of what has come, and answers what is left. */
export function takeRequests(bytes: Buffer, take: (request: Request) => void): Buffer {
  let rest = bytes
  while (rest.length >= HEADER && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0)
    take(requestOf(rest.subarray(0, length)))
    rest = rest.subarray(length)
  }
  return rest
}

export function answerTo(request: Request, answer: Document): Buffer {
  const document = BSON.serialize(answer, { ignoreUndefined: true })
  const body =
    request.opCode === OP_QUERY
      ? Buffer.concat([int32s(0, 0, 0, 0, 1), document])
      : Buffer.concat([int32s(0), Buffer.from([0]), document])
  const opCode = request.opCode === OP_QUERY ? OP_REPLY : OP_MSG
  return Buffer.concat([int32s(HEADER + body.length, 0, request.id, opCode), body])
}

function requestOf(message: Buffer): Request {
  const id = message.readInt32LE(4)
  const opCode = message.readInt32LE(12)
  if (opCode === OP_QUERY) {
    const name = message.indexOf(0, HEADER + 4)
    const command = documentAt(message, name + 9)
    return { id, opCode, command, answered: true }
  }
  if (opCode !== OP_MSG) throw new Error(`This stub does not speak opcode ${opCode}.`)
  const answered = (message.readInt32LE(HEADER) & MORE_TO_COME) === 0
  return { id, opCode, command: sectionsOf(message), answered }
}

/** The command, with its document sequences as arrays in it. */
function sectionsOf(message: Buffer): Document {
  let command: Document = {}
  const sequences: Document = {}
  for (let at = HEADER + 4; at < message.length;) {
    const kind = message[at++]
    if (kind === 0) {
      command = documentAt(message, at)
      at += message.readInt32LE(at)
      continue
    }
    const end = at + message.readInt32LE(at)
    const nameEnd = message.indexOf(0, at + 4)
    const documents: Document[] = []
    for (let from = nameEnd + 1; from < end; from += message.readInt32LE(from))
      documents.push(documentAt(message, from))
    sequences[message.toString('utf8', at + 4, nameEnd)] = documents
    at = end
  }
  return { ...command, ...sequences }
}

function documentAt(message: Buffer, at: number): Document {
  return BSON.deserialize(message.subarray(at, at + message.readInt32LE(at)))
}

function int32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value, index * 4)
  return bytes
}
