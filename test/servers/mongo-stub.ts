import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { type Document, MongoCollections } from './mongo-collections.ts'
import { answerTo, type Request, takeRequests } from './mongo-wire.ts'

// There is no MongoDB server to be had where these tests run. What is tested here is real up to the wire: the driver, its
// sessions, its retries. Behind it stands this stub, which keeps documents in memory and knows the commands that it needs.

/** What a test does in a command's way: `'run'` lets it pass, `'cut'` ends the connection, `'run and cut'` does so afterwards. */
export type Verdict = 'run' | 'cut' | 'run and cut'

export interface MongoStub {
  readonly url: string
  /** Commands as they came, without those of the driver's own housekeeping. */
  readonly commands: readonly Document[]
  readonly collections: MongoCollections
  /** Asked before each command but housekeeping; a test may wait in it. Undefined: all run. */
  between: ((command: Document) => Promise<Verdict> | Verdict) | undefined
  stop(): Promise<void>
}

const HOUSEKEEPING = new Set([
  'hello',
  'isMaster',
  'ismaster',
  'ping',
  'endSessions',
  'killCursors',
])

export async function startMongoStub(): Promise<MongoStub> {
  const stub = new LocalStub()
  await stub.listen()
  return stub
}

interface Transaction {
  readonly view: MongoCollections
  readonly touched: Set<string>
}

class LocalStub implements MongoStub {
  readonly commands: Document[] = []
  readonly collections: MongoCollections = new MongoCollections()
  between: MongoStub['between']
  readonly #server: Server = createServer((socket) => this.#serve(socket))
  readonly #sockets = new Set<Socket>()
  /** Open ones by session; a committed one is remembered by its number, as drivers ask twice. */
  readonly #transactions = new Map<string, Transaction>()

  get #address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `mongodb://${this.#address}/shop?replicaSet=stub`
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // A client that goes away without a word is none of the stub's business.
    socket.on('error', () => socket.destroy())
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = takeRequests(Buffer.concat([rest, chunk]), (request) => {
        void this.#answer(socket, request)
      })
    })
  }

  async #answer(socket: Socket, request: Request): Promise<void> {
    const { command } = request
    const name = Object.keys(command)[0] ?? ''
    let verdict: Verdict = 'run'
    if (!HOUSEKEEPING.has(name)) {
      this.commands.push(command)
      verdict = (await this.between?.(command)) ?? 'run'
    }
    if (verdict === 'cut') return void socket.destroy()
    const answer = this.#answerOf(name, command)
    if (verdict === 'run and cut') return void socket.destroy()
    if (request.answered) socket.write(answerTo(request, answer))
  }

  #answerOf(name: string, command: Document): Document {
    try {
      return { ok: 1, ...this.#run(name, command) }
    } catch (error) {
      return { ok: 0, code: 59, errmsg: String(error) }
    }
  }

  #run(name: string, command: Document): Document {
    if (/^(hello|ismaster)$/i.test(name)) return this.#hello()
    if (HOUSEKEEPING.has(name)) return {}
    const key = transactionOf(command)
    if (name === 'commitTransaction' || name === 'abortTransaction') {
      const open = this.#transactions.get(key)
      if (name === 'commitTransaction' && open !== undefined)
        this.collections.adopt(open.view, open.touched)
      this.#transactions.delete(key)
      return {}
    }
    if (command['autocommit'] !== false) return act(this.collections, name, command, new Set())
    if (command['startTransaction'] === true)
      this.#transactions.set(key, { view: this.collections.snapshot(), touched: new Set() })
    const open = this.#transactions.get(key)
    if (open === undefined) throw new Error('NoSuchTransaction')
    return act(open.view, name, command, open.touched)
  }

  #hello(): Document {
    const me = this.#address
    return {
      isWritablePrimary: true,
      ismaster: true,
      setName: 'stub',
      setVersion: 1,
      hosts: [me],
      primary: me,
      me,
      minWireVersion: 0,
      maxWireVersion: 25,
      logicalSessionTimeoutMinutes: 30,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
    }
  }
}

function transactionOf(command: Document): string {
  return `${JSON.stringify(command['lsid'])}/${String(command['txnNumber'])}`
}

function act(
  view: MongoCollections,
  name: string,
  command: Document,
  touched: Set<string>,
): Document {
  const namespace = `${String(command['$db'])}.${String(command[name])}`
  const rows = (key: string): Document[] => (command[key] ?? []) as Document[]
  if (!READS.has(name)) touched.add(namespace)
  switch (name) {
    case 'find': {
      const found = view.find(namespace, command['filter'] as Document)
      const limit = Number(command['limit'] ?? 0)
      return cursor(namespace, limit === 0 ? found : found.slice(0, limit))
    }
    case 'count':
      return { n: view.find(namespace, command['query'] as Document).length }
    case 'distinct': {
      const found = view.find(namespace, command['query'] as Document)
      return { values: [...new Set(found.map((row) => row[String(command['key'])] as unknown))] }
    }
    case 'aggregate':
      return aggregate(view, namespace, rows('pipeline'), touched)
    case 'insert':
      view.insert(namespace, rows('documents'))
      return { n: rows('documents').length }
    case 'update': {
      const done = rows('updates').map((each) =>
        view.update(namespace, each['q'] as Document, each['u'] as Document, each),
      )
      const upserted = done.flatMap((one, index) =>
        one.upserted === undefined ? [] : [{ index, _id: one.upserted }],
      )
      const n = done.reduce((sum, one) => sum + one.n, 0)
      return { n, nModified: n - upserted.length, ...(upserted.length > 0 ? { upserted } : {}) }
    }
    case 'delete': {
      const gone = rows('deletes').map((each) =>
        view.delete(namespace, each['q'] as Document, Number(each['limit'])),
      )
      return { n: gone.reduce((sum, one) => sum + one.length, 0) }
    }
    case 'findAndModify': {
      const query = command['query'] as Document
      if (command['remove'] === true) return { value: view.delete(namespace, query, 1)[0] ?? null }
      const before = view.find(namespace, query)[0] ?? null
      const done = view.update(namespace, query, command['update'] as Document, command)
      return { value: command['new'] === true ? (done.after[0] ?? null) : before }
    }
    case 'drop':
      view.replace(namespace, [])
      return {}
    case 'bulkWrite':
      return bulkWrite(view, command, touched)
    case 'create':
      if (typeof command['viewOn'] === 'string')
        view.views.set(namespace, `${String(command['$db'])}.${command['viewOn']}`)
      return {}
    case 'listCollections': {
      const name = String((command['filter'] as Document)['name'])
      return cursor(
        `${String(command['$db'])}.$cmd.listCollections`,
        view.named(`${String(command['$db'])}.${name}`),
      )
    }
    case 'createIndexes':
      return {}
    default:
      throw new Error(`no such command: '${name}'`)
  }
}

const READS = new Set(['find', 'count', 'distinct', 'aggregate', 'bulkWrite', 'listCollections'])

function cursor(namespace: string, firstBatch: Document[]): Document {
  return { cursor: { id: 0n, ns: namespace, firstBatch } }
}

function aggregate(
  view: MongoCollections,
  namespace: string,
  pipeline: Document[],
  touched: Set<string>,
): Document {
  const database = namespace.split('.')[0] ?? ''
  let rows = view.list(namespace)
  for (const stage of pipeline) {
    const [name, value] = Object.entries(stage)[0] as [string, Document]
    if (name === '$match') rows = new MongoCollections(new Map([['', rows]])).find('', value)
    else if (name === '$group') rows = [{ _id: null, n: rows.length }]
    else if (name === '$lookup')
      rows = rows.map((row) => {
        const from = view.list(`${database}.${String(value['from'])}`)
        const key = row[String(value['localField'])] as unknown
        const joined = from.filter(
          (other) => String(other[String(value['foreignField'])]) === String(key),
        )
        return { ...row, [String(value['as'])]: joined }
      })
    else if (name === '$out') {
      const target = `${database}.${value as unknown as string}`
      touched.add(target)
      view.replace(target, rows)
      rows = []
    } else throw new Error(`This stub does not know the stage ${name}.`)
  }
  return cursor(namespace, rows)
}

/** `client.bulkWrite`, MongoDB 8: operations on several collections in one command. */
function bulkWrite(view: MongoCollections, command: Document, touched: Set<string>): Document {
  const namespaces = (command['nsInfo'] as Document[]).map((info) => String(info['ns']))
  const operations = command['ops'] as Document[]
  let n = 0
  for (const operation of operations) {
    const [kind, index] = Object.entries(operation)[0] as [string, number]
    const namespace = namespaces[index] as string
    touched.add(namespace)
    const filter = operation['filter'] as Document
    if (kind === 'insert') view.insert(namespace, [operation['document'] as Document])
    else if (kind === 'update')
      n += view.update(namespace, filter, operation['updateMods'] as Document, operation).n
    else n += view.delete(namespace, filter, operation['multi'] === true ? 0 : 1).length
  }
  const answer = cursor('admin.$cmd.bulkWrite', [])
  return {
    ...answer,
    nErrors: 0,
    nInserted: operations.length,
    nMatched: n,
    nModified: n,
    nUpserted: 0,
    nDeleted: n,
  }
}
