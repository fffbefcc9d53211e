import { type Attack, type Call, type Hazard, type Made } from '../attack.ts'
import { byField, secretly, signedInAsks } from '../asking.ts'

export const setCookie: Hazard = {
  title: 'Set-Cookie',
  harm: 'one visitor’s session cookie is given to the next',
  together: true,
  attacks: [
    ...['Set-Cookie', 'set-cookie', 'SET-COOKIE'].flatMap((name) => {
      return settingCookies(name, (call) => ({
        fields: [[name, `sid=${secretly(call)}`]],
        body: 'welcome',
      }))
    }),
    ...settingCookies('two cookies', (call) => ({
      fields: [
        ['Set-Cookie', 'theme=dark'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with public and a long life', (call) => ({
      fields: [
        ['Cache-Control', 'public, max-age=3600, s-maxage=3600'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with CDN-Cache-Control', (call) => ({
      fields: [
        ['CDN-Cache-Control', 'max-age=3600'],
        ['Set-Cookie', `sid=${secretly(call)}`],
      ],
      body: 'welcome',
    })),
    ...settingCookies('with Vary: Cookie', (call) => ({
      fields: [
        ['Vary', 'Cookie'],
        ['Set-Cookie', `sid=${secretly(call, 'x-who')}`],
      ],
      body: 'welcome',
    })),
    {
      name: 'set by a layer before the cache',
      profile: 'early',
      view: () => ({ body: 'welcome' }),
      asks: signedInAsks,
    },
    {
      name: 'set by a layer on the way out',
      profile: 'rolling',
      view: () => ({ body: 'welcome' }),
      asks: signedInAsks,
    },
    {
      name: 'set by a layer on the way out, of a page that may be kept',
      profile: 'rolling',
      view: () => ({ fields: [['Cache-Control', 'public, max-age=600']], body: 'welcome' }),
      asks: signedInAsks,
    },
  ],
}

function settingCookies(name: string, view: (call: Call) => Made): readonly Attack[] {
  const cve = ['CVE-2022-24894', 'CVE-2026-35192', 'GHSA-3h9f-r86x-qvjx']
  return [
    { name, cve, view, asks: signedInAsks },
    // Nobody sends a cookie, and everybody is given one.
    {
      name: `${name}, to visitors without one`,
      cve,
      view: (call) => {
        const made = view(call)
        const who = secretly(call, 'x-who')
        return {
          ...made,
          fields: (made.fields ?? []).map(([field, value]) => {
            return [field, value.replace(/nothing$/, who)] as const
          }),
        }
      },
      asks: byField('X-Who'),
    },
  ]
}
