/** It never acts; that it is armed is what counts. */
const A_LONG_TIME_MS = 2 ** 30

let waiting = 0
let anchor: ReturnType<typeof setInterval> | undefined

/**
 * Keeps the process alive while a caller waits for what only a message from another process or a timer can bring. Neither does
 * so by itself, so that a cache never keeps anybody's process from ending; but a script that waits at its top level would end
 * in the middle of it.
 *
 * @returns ends the wait; to be called once
 */
export function stay(): () => void {
  if (waiting++ === 0) anchor = setInterval(() => {}, A_LONG_TIME_MS)
  return () => {
    if (--waiting === 0) clearInterval(anchor)
  }
}
