// Python's pickle machine, for data alone: it has a stack and a memo, and knows no class, module or function of ours. What
// REDUCE and NEWOBJ "call" is a list of plain constructors (globals.ts). Opcodes and their arguments are those of CPython's
// pickletools, protocols 0 to 5.
import { Malformed } from '../../codec/malformed.ts'
import { PyFrozenSet, PySafeString, PyTuple } from '../values/values.ts'
import type { Cursor } from './cursor.ts'
import { globalOf, hashable, make } from './globals.ts'
import { integerOf } from './numbers.ts'
import { DictPart, type PickleLimits, UuidPart } from './parts.ts'
import { scalarOf } from './scalars.ts'

export class Machine {
  readonly #cursor: Cursor
  readonly #limits: PickleLimits
  readonly #memo = new Map<number, unknown>()
  readonly #marks: number[] = []
  #stack: unknown[] = []
  #work: number
  #protocol = 0

  constructor(cursor: Cursor, limits: PickleLimits) {
    this.#cursor = cursor
    this.#limits = limits
    // A genuine pickle copies each element at most once, and each has taken a byte.
    this.#work = 2 * cursor.left + 1000
  }

  /** Until STOP. @returns the parts of the one value that is left */
  run(): unknown {
    for (let steps = 0; steps < this.#limits.maxSteps; steps++) {
      const opcode = this.#cursor.byte()
      if (opcode === 0x2e) {
        const value = this.#pop()
        if (this.#stack.length > 0) throw new Malformed('it leaves more than one value')
        return value
      }
      this.#step(opcode)
    }
    throw new Malformed(`it takes more than ${this.#limits.maxSteps} steps`)
  }

  /** Work beyond the steps themselves. */
  readonly #spend = (work: number): void => {
    this.#work -= work
    if (this.#work < 0) throw new Malformed('it copies the same things over and over')
  }

  #step(opcode: number): void {
    const cursor = this.#cursor
    switch (opcode) {
      case 0x80: // PROTO
        this.#protocol = cursor.byte()
        if (this.#protocol > 5) throw new Malformed('it is a pickle of a later protocol')
        return
      case 0x95: // FRAME
        cursor.length64()
        return
      case 0x28: // MARK
        this.#marks.push(this.#stack.length)
        return
      case 0x30: // POP
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop()
        else this.#pop()
        return
      case 0x31: // POP_MARK
        this.#sinceMark()
        return
      case 0x32: // DUP
        this.#push(this.#top())
        return
      default:
        if (!this.#scalar(opcode) && !this.#container(opcode) && !this.#memory(opcode))
          this.#object(opcode)
    }
  }

  #scalar(opcode: number): boolean {
    const value = scalarOf(opcode, this.#cursor)
    if (value === undefined) return false
    this.#push(value)
    return true
  }

  #container(opcode: number): boolean {
    switch (opcode) {
      case 0x5d: // EMPTY_LIST
        this.#push([])
        return true
      case 0x6c: // LIST
        this.#push(this.#sinceMark())
        return true
      case 0x61: // APPEND
        this.#append([this.#pop()])
        return true
      case 0x65: // APPENDS
        this.#append(this.#sinceMark())
        return true
      case 0x7d: // EMPTY_DICT
        this.#push(new DictPart())
        return true
      case 0x64: {
        // DICT
        const pairs = this.#sinceMark()
        this.#push(new DictPart())
        this.#assign(pairs)
        return true
      }
      case 0x73: {
        // SETITEM
        const value = this.#pop()
        this.#assign([this.#pop(), value])
        return true
      }
      case 0x75: // SETITEMS
        this.#assign(this.#sinceMark())
        return true
      case 0x29: // EMPTY_TUPLE
        this.#push(new PyTuple())
        return true
      case 0x74: // TUPLE
        this.#push(PyTuple.from(this.#sinceMark()))
        return true
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items = new PyTuple()
        for (let left = opcode - 0x84; left > 0; left--) items.unshift(this.#pop())
        this.#push(items)
        return true
      }
      case 0x8f: // EMPTY_SET
        this.#push(new Set())
        return true
      case 0x90: {
        // ADDITEMS
        const items = this.#members()
        const set = this.#top()
        if (!(set instanceof Set) || set instanceof PyFrozenSet)
          throw new Malformed('it adds to what is no set')
        for (const item of items) set.add(item)
        return true
      }
      case 0x91: // FROZENSET
        this.#push(new PyFrozenSet(this.#members()))
        return true
      default:
        return false
    }
  }

  #memory(opcode: number): boolean {
    const cursor = this.#cursor
    switch (opcode) {
      case 0x94: // MEMOIZE
        this.#note(this.#memo.size)
        return true
      case 0x71: // BINPUT
        this.#note(cursor.byte())
        return true
      case 0x72: // LONG_BINPUT
        this.#note(cursor.uint(4))
        return true
      case 0x70: // PUT
        this.#note(Number(integerOf(cursor.line())))
        return true
      case 0x68: // BINGET
        this.#recall(cursor.byte())
        return true
      case 0x6a: // LONG_BINGET
        this.#recall(cursor.uint(4))
        return true
      case 0x67: // GET
        this.#recall(Number(integerOf(cursor.line())))
        return true
      default:
        return false
    }
  }

  #object(opcode: number): void {
    switch (opcode) {
      case 0x63: {
        // GLOBAL
        const module = this.#cursor.line()
        return this.#push(globalOf(module, this.#cursor.line(), this.#protocol))
      }
      case 0x93: {
        // STACK_GLOBAL
        const [name, module] = [this.#pop(), this.#pop()]
        if (typeof name !== 'string' || typeof module !== 'string')
          throw new Malformed('it names something by what is no text')
        return this.#push(globalOf(module, name, this.#protocol))
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [args, global] = [this.#pop(), this.#pop()]
        return this.#push(make(global, args, opcode === 0x52 ? 'call' : 'new', this.#spend))
      }
      case 0x62: // BUILD
        return this.#build(this.#pop())
      default: {
        // Persistent ids, extensions, buffers out of band, classes of Python 2, and what no pickle has.
        const shown = `0x${opcode.toString(16).padStart(2, '0')}`
        throw new Malformed(`it is a pickle with the opcode ${shown}, which is refused`)
      }
    }
  }

  #build(state: unknown): void {
    const made = this.#top()
    const entries = state instanceof DictPart ? state.entries : undefined
    if (made instanceof UuidPart) {
      const integer = entries?.get('int')
      if (typeof integer === 'number' || typeof integer === 'bigint') {
        made.integer = BigInt(integer)
        return
      }
    } else if (made instanceof PySafeString && (state === null || entries?.size === 0)) return
    throw new Malformed('it gives something a state that it cannot have')
  }

  #members(): unknown[] {
    return this.#sinceMark().map((item) => hashable(item, this.#spend))
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top()
    if (!Array.isArray(list) || list instanceof PyTuple)
      throw new Malformed('it appends to what is no list')
    for (const item of items) list.push(item)
  }

  #assign(pairs: readonly unknown[]): void {
    const dict = this.#top()
    if (!(dict instanceof DictPart) || pairs.length % 2 !== 0)
      throw new Malformed('it assigns to what is no dict')
    for (let index = 0; index < pairs.length; index += 2)
      dict.entries.set(hashable(pairs[index], this.#spend), pairs[index + 1])
  }

  #note(index: number): void {
    if (!(index >= 0)) throw new Malformed('it notes a value nowhere')
    const value = this.#top()
    // CPython makes room for all places below this one.
    if (index >= this.#limits.maxMemo)
      throw new Malformed(`it notes more than ${this.#limits.maxMemo} values`)
    this.#memo.set(index, value)
  }

  #recall(index: number): void {
    if (!this.#memo.has(index)) throw new Malformed('it recalls what it never noted')
    this.#push(this.#memo.get(index))
  }

  #push(value: unknown): void {
    this.#stack.push(value)
  }

  #top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new Malformed('its stack is empty')
    return this.#stack.at(-1)
  }

  #pop(): unknown {
    const top = this.#top()
    this.#stack.pop()
    return top
  }

  #sinceMark(): unknown[] {
    const mark = this.#marks.pop()
    if (mark === undefined) throw new Malformed('its stack has no mark')
    return this.#stack.splice(mark)
  }
}
