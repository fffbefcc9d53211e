/** Waits, or until interrupted: then it rejects with the signal's reason. A wait keeps the command running. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', stop, { once: true })
    function stop(): void {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    function done(): void {
      signal.removeEventListener('abort', stop)
      resolve()
    }
  })
}
