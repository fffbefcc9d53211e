// A shop that closes when it is told to and then must end by itself: whatever it left open would keep it alive.
import { startStore } from '../../examples/store/store.ts'

const store = await startStore({
  port: 0,
  databaseUrl: undefined,
  redisUrl: process.env['REDIS_URL'],
  cacheOff: false,
})
process.send?.({ url: store.url })
process.once('message', () => {
  void store.close().then(() => process.disconnect())
})
