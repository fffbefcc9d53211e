import { startProxy } from '../../../examples/proxy/proxy.ts'
import { sendTo, serveView } from './over-wire.ts'
import type { OpenSite } from './stage.ts'

/** Clients, the example proxy and the view behind it, each on sockets of this machine. */
export const openOnProxy: OpenSite = async ({ options, store, view }) => {
  const origin = await serveView(view)
  const proxy = await startProxy({
    origin: `http://127.0.0.1:${origin.port}`,
    port: 0,
    store,
    pages: options,
  })
  return {
    send: sendTo(proxy.port),
    async close() {
      await proxy.close()
      await origin.close()
    },
  }
}
