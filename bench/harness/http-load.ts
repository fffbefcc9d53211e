import { once } from 'node:events'
import { connect } from 'node:net'

const ASK = 'GET / HTTP/1.1\r\nHost: site.test\r\n\r\n'
const HEAD_END = '\r\n\r\n'

/** So many requests over some connections, each of which asks again when it has the whole of its answer. Checks each answer's length. */
export async function load(
  port: number,
  connections: number,
  requests: number,
  bytes: number,
): Promise<void> {
  let left = requests
  const one = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1')
    const asked = (): void => void (left-- > 0 ? socket.write(ASK) : socket.end())
    let head = ''
    let missing = -1
    socket.on('data', (chunk) => {
      let body = chunk.length
      if (missing === -1) {
        head += chunk.toString('latin1')
        const end = head.indexOf(HEAD_END)
        if (end === -1) return
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
        if (length !== bytes)
          return void socket.destroy(new Error(`Of ${bytes} bytes, ${length} came.`))
        missing = length
        body = head.length - end - HEAD_END.length
      }
      missing -= body
      if (missing > 0) return
      head = ''
      missing = -1
      asked()
    })
    asked()
    await once(socket, 'close')
  }
  await Promise.all(Array.from({ length: connections }, one))
}
