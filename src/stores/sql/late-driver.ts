import type { Dialect, Driver } from './driver.ts'

/** A driver that is opened by its first statement: describing a store starts nothing. */
export function lateDriver(
  dialect: Dialect,
  where: string,
  can: { readonly listen: boolean; readonly isHere: boolean },
  open: () => Promise<Driver>,
): Driver {
  let opening: Promise<Driver> | undefined
  const opened = async (): Promise<Driver> => {
    opening ??= open().catch((error: unknown) => {
      // The next act tries again.
      opening = undefined
      throw error
    })
    return await opening
  }
  return {
    dialect,
    isHere: can.isHere,
    where,
    run: async (text, parameters) => await (await opened()).run(text, parameters),
    within: (transaction) => async (text, parameters) =>
      await (await opened()).within(transaction)(text, parameters),
    ...(can.listen && {
      listen: (channel, listener) => {
        let stopped = false
        let stop: (() => Promise<void>) | undefined
        opened().then(
          (driver) => {
            if (!stopped) stop = driver.listen?.(channel, listener)
          },
          (error: unknown) => listener.down(error),
        )
        return async () => {
          stopped = true
          await stop?.()
        }
      },
    }),
    close: async () => {
      if (opening === undefined) return
      const driver = await opening
      opening = undefined
      await driver.close()
    },
  }
}
