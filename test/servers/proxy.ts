import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { pump, type Road } from './pump.ts'
import { RespReader } from './resp-reader.ts'

/** A network between a client and a server that can be counted and broken. */
export interface Proxy {
  readonly url: string
  readonly port: number
  /** Commands sent by clients since the start or {@link Proxy.reset}. */
  readonly commands: number
  /** How often each command was sent, by its upper-case name. */
  readonly names: ReadonlyMap<string, number>
  /**
   * How often a client sent something after an answer: commands sent together are one round trip. Counted per
   * connection, on what passes here; pushes from the server look like answers.
   */
  readonly roundTrips: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Open connections. */
  readonly connections: number
  /** Sets all counts to zero. */
  reset(): void
  /** Breaks every open connection with a reset. New ones are taken. */
  cut(): void
  /** New connections lead to another server; open ones stay where they are. */
  divert(targetPort: number): void
  /** Breaks every open connection; new ones lead to another server. */
  leadTo(targetPort: number): void
  /** Holds every chunk, both ways, this long. A round trip takes twice as much. */
  delay(ms: number): void
  /** Breaks every connection, and new ones are refused as by a host where nothing listens. */
  refuse(): Promise<void>
  /** Connections stay open and nothing gets through; what is sent meanwhile is lost. */
  halfOpen(): void
  /** Ends delay, refusal and half-open. Half-open connections are broken: their bytes are gone for good. */
  heal(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a proxy on a free loopback port in front of `targetPort`. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const proxy = new LoopbackProxy(targetPort)
  await proxy.listen()
  return proxy
}

class LoopbackProxy implements Proxy {
  #target: number
  readonly #road: Road = { delayMs: 0, swallows: false }
  readonly #sockets = new Set<Socket>()
  readonly #names = new Map<string, number>()
  #server: Server | undefined
  #port = 0
  #clients = 0
  #commands = 0
  #roundTrips = 0
  #bytesSent = 0
  #bytesReceived = 0

  constructor(target: number) {
    this.#target = target
  }

  get port(): number {
    return this.#port
  }
  get url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }
  get commands(): number {
    return this.#commands
  }
  get names(): ReadonlyMap<string, number> {
    return this.#names
  }
  get roundTrips(): number {
    return this.#roundTrips
  }
  get bytesSent(): number {
    return this.#bytesSent
  }
  get bytesReceived(): number {
    return this.#bytesReceived
  }
  get connections(): number {
    return this.#clients
  }

  async listen(): Promise<void> {
    if (this.#server) return
    const server = createServer((client) => this.#join(client))
    // Port 0 the first time, the same port ever after.
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  reset(): void {
    this.#names.clear()
    this.#commands = 0
    this.#roundTrips = 0
    this.#bytesSent = 0
    this.#bytesReceived = 0
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
    this.#sockets.clear()
  }
  divert(targetPort: number): void {
    this.#target = targetPort
  }
  leadTo(targetPort: number): void {
    this.divert(targetPort)
    this.cut()
  }

  delay(ms: number): void {
    this.#road.delayMs = ms
  }

  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.cut()
    if (!server) return
    server.close()
    await once(server, 'close')
  }

  halfOpen(): void {
    this.#road.swallows = true
  }

  async heal(): Promise<void> {
    if (this.#road.swallows) this.cut()
    this.#road.swallows = false
    this.#road.delayMs = 0
    await this.listen()
  }

  async stop(): Promise<void> {
    await this.refuse()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #join(client: Socket): void {
    const server = connect(this.#target, '127.0.0.1')
    client.setNoDelay(true)
    server.setNoDelay(true)
    this.#track(client)
    this.#track(server)
    this.#clients++
    client.once('close', () => this.#clients--)

    let answered = true
    const reader = new RespReader((name) => {
      this.#commands++
      this.#names.set(name, (this.#names.get(name) ?? 0) + 1)
    })
    pump(client, server, this.#road, (chunk) => {
      this.#bytesSent += chunk.length
      reader.add(chunk)
      if (answered) this.#roundTrips++
      answered = false
    })
    pump(server, client, this.#road, (chunk) => {
      this.#bytesReceived += chunk.length
      answered = true
    })
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
