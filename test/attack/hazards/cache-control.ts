import { type Hazard } from '../attack.ts'
import { type Fields, protectedBy } from './protected-by.ts'

const one = (value: string): Fields => [['Cache-Control', value]]

export const cacheControl: Hazard = {
  title: 'Cache-Control spellings',
  harm: 'a page that its view forbids to keep is kept, because the word was spelled another way',
  attacks: [
    ...protectedBy('private', one('private'), ['CVE-2026-24472']),
    ...protectedBy('no-store', one('no-store'), ['CVE-2026-24472']),
    ...protectedBy('no-cache', one('no-cache')),
    ...protectedBy('PRIVATE', one('PRIVATE, max-age=60'), ['CVE-2026-8404']),
    ...protectedBy('No-Store', one('max-age=60, No-Store'), ['CVE-2026-8404']),
    ...protectedBy('No-Cache', one('No-Cache'), ['CVE-2026-8404']),
    ...protectedBy('private=""', one('private="", max-age=60'), ['CVE-2026-13697']),
    ...protectedBy('private with a field', one('private="x-user", max-age=60')),
    ...protectedBy('no-cache with a field', one('no-cache="set-cookie", max-age=60')),
    ...protectedBy('blanks in the argument', one('private=" x , y ", max-age=60'), [
      'CVE-2026-9678',
      'CVE-2026-14643',
    ]),
    ...protectedBy('private in both forms', one('private, private="x", max-age=60'), [
      'CVE-2026-13697',
    ]),
    ...protectedBy('blanks around =', one('private = "x", max-age=60'), ['CVE-2026-14643']),
    ...protectedBy('tabs', one('max-age=60,\tprivate\t')),
    ...protectedBy('empty members', one(',, ,private,,')),
    ...protectedBy('semicolons', one('max-age=60; private')),
    ...protectedBy('no commas', one('max-age=60 private')),
    ...protectedBy('a quote that never ends', one('foo="bar, private')),
    ...protectedBy('a quote closed too late', one('foo="a\\", private')),
    ...protectedBy('within a quote', one('x="private", max-age=60')),
    ...protectedBy('quoted itself', one('"private", max-age=60')),
    ...protectedBy('single quotes', one("'no-store', max-age=60")),
    ...protectedBy('underscore', one('no_store, max-age=60')),
    ...protectedBy('public beside it', one('public, private, max-age=600')),
    ...protectedBy('after a permission', one('public, s-maxage=600, no-store')),
    ...protectedBy('two lines', [
      ['Cache-Control', 'max-age=60'],
      ['Cache-Control', 'private'],
    ]),
    ...protectedBy('two lines in two cases', [
      ['cache-control', 'max-age=60'],
      ['CACHE-CONTROL', 'no-store'],
    ]),
    ...protectedBy('two lines in two cases, the strict one first', [
      ['cache-control', 'private'],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('max-age=0', one('max-age=0')),
    ...protectedBy('max-age twice', one('max-age=60, max-age=0')),
    ...protectedBy('max-age with a sign', one('max-age=-1')),
    ...protectedBy('max-age that is no number', one('max-age=forever')),
    ...protectedBy('s-maxage=0 over max-age', one('max-age=60, s-maxage=0')),
    ...protectedBy('Expires: 0', [['Expires', '0']]),
    ...protectedBy('Expires twice', [
      ['Expires', 'Thu, 01 Jan 2099 00:00:00 GMT'],
      ['Expires', '0'],
    ]),
    ...protectedBy('Pragma alone', [['Pragma', 'no-cache']]),
    ...protectedBy('CDN-Cache-Control', [
      ['CDN-Cache-Control', 'private'],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('a broken CDN-Cache-Control that forbids', [
      ['CDN-Cache-Control', 'no-store; , ='],
      ['Cache-Control', 'max-age=60'],
    ]),
    ...protectedBy('an old Age', [
      ['Cache-Control', 'max-age=60'],
      ['Age', '61'],
    ]),
  ],
}
