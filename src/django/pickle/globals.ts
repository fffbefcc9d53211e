// The names that a pickle may mention, and the data that each becomes. Nothing is imported, called or executed: a name that
// is not in this list is refused, whatever it is.
import { Malformed } from '../../codec/malformed.ts'
import { MAX_DEPTH } from '../values/place.ts'
import { PyDate, PyDateTime, PyTime, PyTimeDelta, PyTimezone } from '../values/times.ts'
import { PyDecimal, PyFrozenSet, PySafeString, PyTuple } from '../values/values.ts'
import { DictPart, GlobalPart, UuidPart } from './parts.ts'

/** What a name makes of its arguments. `spend` is told of work that grows with them. */
type Maker = (args: readonly unknown[], spend: (work: number) => void) => unknown

const datetime: Maker = (args) => {
  const [state, zone] = args
  const bytes = stateOf(state, 10, args, 2)
  const month = bytes[2] as number
  return new PyDateTime({
    year: bytes.readUInt16BE(0),
    month: month & 0x7f,
    day: bytes[3] as number,
    hour: bytes[4] as number,
    minute: bytes[5] as number,
    second: bytes[6] as number,
    microsecond: bytes.readUIntBE(7, 3),
    // The month's high bit.
    fold: month > 0x7f ? 1 : 0,
    zone: zoneOf(zone),
  })
}

const date: Maker = (args) => {
  const bytes = stateOf(args[0], 4, args, 1)
  return new PyDate(bytes.readUInt16BE(0), bytes[2] as number, bytes[3] as number)
}

const time: Maker = (args) => {
  const [state, zone] = args
  const bytes = stateOf(state, 6, args, 2)
  const hour = bytes[0] as number
  return new PyTime({
    hour: hour & 0x7f,
    minute: bytes[1] as number,
    second: bytes[2] as number,
    microsecond: bytes.readUIntBE(3, 3),
    fold: hour > 0x7f ? 1 : 0,
    zone: zoneOf(zone),
  })
}

const timezone: Maker = (args) => {
  const [offset, name] = args
  const named = name === undefined || typeof name === 'string'
  if (!(offset instanceof PyTimeDelta) || offset.microseconds !== 0 || !named || args.length > 2)
    throw strange('datetime.timezone')
  return new PyTimezone(offset.days * 86_400 + offset.seconds, name)
}

const bytearray: Maker = (args, spend) => {
  const [first, encoding] = args
  if (first === undefined) return new Uint8Array(0)
  if (args.length > (typeof first === 'string' ? 2 : 1)) throw strange('bytearray')
  // Protocols 0 to 2 have no bytes: they write text of which each character is one.
  const bytes = typeof first === 'string' ? latin1([first, encoding], spend) : first
  if (!Buffer.isBuffer(bytes)) throw strange('bytearray')
  spend(bytes.byteLength)
  return new Uint8Array(bytes)
}

const latin1: Maker = ([text, encoding, ...more], spend) => {
  if (
    typeof text !== 'string' ||
    more.length > 0 ||
    (encoding !== 'latin1' && encoding !== 'latin-1')
  )
    throw strange('_codecs.encode')
  spend(text.length)
  if (/[^\0-\xff]/.test(text)) throw strange('_codecs.encode')
  return Buffer.from(text, 'latin1')
}

const orderedDict: Maker = ([pairs, ...more], spend) => {
  const dict = new DictPart(true)
  if (pairs === undefined) return dict
  if (!Array.isArray(pairs) || more.length > 0) throw strange('collections.OrderedDict')
  spend(pairs.length)
  for (const pair of pairs as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) throw strange('collections.OrderedDict')
    dict.entries.set(hashable(pair[0], spend), pair[1])
  }
  return dict
}

const safeString: Maker = ([text, ...more]) => {
  if (typeof text !== 'string' || more.length > 0) throw strange('SafeString')
  return new PySafeString(text)
}

/** Protocols 0 and 1: `_reconstructor(class, base, state)`. */
const reconstructor: Maker = (args) => {
  const [made, base, state] = args
  const isUuid = made instanceof GlobalPart && made.name === UUID
  if (isUuid && base instanceof GlobalPart && OBJECT.has(base.name) && state === null)
    return new UuidPart()
  throw strange('copyreg._reconstructor')
}

const UUID = 'uuid.UUID'
const OBJECT = new Set(['builtins.object', '__builtin__.object'])
/** The second is its name in Django before 2.0. */
const SAFE = ['django.utils.safestring.SafeString', 'django.utils.safestring.SafeText']

/** Called by REDUCE. Protocols below 3 use Python 2's names. */
const MAKERS: ReadonlyMap<string, Maker> = new Map([
  ['datetime.datetime', datetime],
  ['datetime.date', date],
  ['datetime.time', time],
  ['datetime.timedelta', (args) => timeDelta(args)],
  ['datetime.timezone', timezone],
  // Django 3.2's own UTC.
  ['pytz._UTC', (args) => (args.length === 0 ? new PyTimezone(0) : refuse('pytz._UTC'))],
  ['decimal.Decimal', (args) => new PyDecimal(onlyText(args, 'decimal.Decimal'))],
  ['collections.OrderedDict', orderedDict],
  ['_codecs.encode', latin1],
  ...['builtins', '__builtin__'].flatMap((module): [string, Maker][] => [
    [`${module}.set`, (args, spend) => new Set(members(args, spend))],
    [`${module}.frozenset`, (args, spend) => new PyFrozenSet(members(args, spend))],
    [`${module}.bytearray`, bytearray],
    [`${module}.bytes`, (args) => (args.length === 0 ? Buffer.alloc(0) : refuse('bytes'))],
  ]),
  ...['copyreg', 'copy_reg'].map((module): [string, Maker] => [
    `${module}._reconstructor`,
    reconstructor,
  ]),
])

/** Called by NEWOBJ. */
const NEW_MAKERS: ReadonlyMap<string, Maker> = new Map([
  [UUID, (args) => (args.length === 0 ? new UuidPart() : refuse(UUID))],
  ...SAFE.map((name): [string, Maker] => [name, safeString]),
])

const OF_PYTHON_2 = new Set(['__builtin__', 'copy_reg'])

/** @throws {Malformed} for a name that is not in the list */
export function globalOf(module: string, name: string, protocol: number): GlobalPart {
  const full = `${module}.${name}`
  const known = MAKERS.has(full) || NEW_MAKERS.has(full) || OBJECT.has(full)
  if (known && (protocol < 3 || !OF_PYTHON_2.has(module))) return new GlobalPart(full)
  const shown = /^[\w.]{1,100}$/.test(full) ? full : 'something with a strange name'
  throw new Malformed(`it names ${shown}, which is not among the types that are data here`)
}

/** @throws {Malformed} */
export function make(
  global: unknown,
  args: unknown,
  by: 'call' | 'new',
  spend: (work: number) => void,
): unknown {
  const makers = by === 'call' ? MAKERS : NEW_MAKERS
  const maker = global instanceof GlobalPart ? makers.get(global.name) : undefined
  if (maker === undefined || !(args instanceof PyTuple))
    throw new Malformed('it calls what cannot be called')
  return maker(args, spend)
}

/** @throws {Malformed} for what Python takes neither as a key nor as a member of a set */
export function hashable(value: unknown, spend: (work: number) => void, depth = 0): unknown {
  if (value instanceof PyTuple) {
    if (depth > MAX_DEPTH) throw new Malformed('it has a key that is nested too deeply')
    // A wide one may be the key of many.
    spend(value.length)
    for (const item of value) hashable(item, spend, depth + 1)
    return value
  }
  const mutable =
    Array.isArray(value) ||
    value instanceof DictPart ||
    (value instanceof Set && !(value instanceof PyFrozenSet)) ||
    (value instanceof Uint8Array && !Buffer.isBuffer(value))
  if (mutable) throw new Malformed('it has a key that Python cannot hash')
  return value
}

function members(args: readonly unknown[], spend: (work: number) => void): unknown[] {
  const [list = []] = args
  if (!Array.isArray(list) || args.length > 1) throw strange('set')
  spend(list.length)
  return list.map((item) => hashable(item, spend))
}

function timeDelta(args: readonly unknown[]): PyTimeDelta {
  const [days, seconds, microseconds] = args
  if (args.length !== 3) throw strange('datetime.timedelta')
  return new PyTimeDelta(days as number, seconds as number, microseconds as number)
}

function stateOf(
  state: unknown,
  length: number,
  args: readonly unknown[],
  mostArgs: number,
): Buffer {
  if (Buffer.isBuffer(state) && state.byteLength === length && args.length <= mostArgs) return state
  throw strange('datetime')
}

function zoneOf(zone: unknown): PyTimezone | undefined {
  if (zone === undefined || zone instanceof PyTimezone) return zone
  throw strange('datetime')
}

function onlyText(args: readonly unknown[], name: string): string {
  const [text] = args
  if (typeof text === 'string' && args.length === 1) return text
  throw strange(name)
}

function strange(name: string): Malformed {
  return new Malformed(`it has a ${name} of unknown form`)
}

function refuse(name: string): never {
  throw strange(name)
}
