// examples/stores/file.ts
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from 'breakwater'
import { file } from 'breakwater/file'

const folder = await mkdtemp(join(tmpdir(), 'shop-cache-'))

// Two processes would each open the folder; here the second one stands for a restart.
const before = createCaches({ default: { store: file(folder) } })
await before.default.set('rates', { EUR: 1.08 }, { ttl: '1h' })
await before.close()

const after = createCaches({ default: { store: file(folder) } })
console.log(await after.default.get('rates'))

await after.close()
await rm(folder, { recursive: true })
