// What Python's times and UUIDs are made of within a pickle.
import type { PyDate, PyDateTime, PyTime } from '../values/times.ts'
import type { PyUuid } from '../values/values.ts'

export function dateState({ year, month, day }: PyDate): Buffer {
  return Buffer.from([year >> 8, year & 0xff, month, day])
}

export function uuidNumber({ text }: PyUuid): bigint {
  return BigInt(`0x${text.replaceAll('-', '')}`)
}

export function dateTimeState({ date, time }: PyDateTime): Buffer {
  const state = Buffer.alloc(10)
  state.writeUInt16BE(date.year)
  state[2] = date.month | (time.fold << 7)
  state[3] = date.day
  clock(state, 4, time)
  return state
}

export function timeState(time: PyTime): Buffer {
  const state = Buffer.alloc(6)
  clock(state, 0, time)
  state[0] = time.hour | (time.fold << 7)
  return state
}

function clock(state: Buffer, at: number, time: PyTime): void {
  state[at] = time.hour
  state[at + 1] = time.minute
  state[at + 2] = time.second
  state.writeUIntBE(time.microsecond, at + 3, 3)
}
