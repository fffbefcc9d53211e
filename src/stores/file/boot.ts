import { readFile } from 'node:fs/promises'

let known: Promise<string | undefined> | undefined

/** Names this run of the machine, from its start to its end; `undefined` where the machine does not say (it is not Linux). */
export async function bootId(): Promise<string | undefined> {
  known ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  )
  return await known
}
