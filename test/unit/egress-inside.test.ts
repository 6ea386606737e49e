// Shows that no configured address reaches inside the network, however spelled and wherever its name leads.

import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEgress } from '../../src/kit/egress.ts'

/** Hosts by the range that they lie in, as a URL may spell them. */
const INSIDE: Record<string, string[]> = {
  loopback: [
    '127.0.0.1',
    '127.0.0.1.',
    '127.8.8.8',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0X7F000001',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
    '017700000001',
    '0177.0.0.1',
    '0177.0x0.1',
    '00000177.00.00.01',
    '127.0.0.1%2e',
    '127%2e0%2e0%2e1',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127．0｡0．1',
    '127.0.0.1\u00ad',
    '\t127.\n0.0.1',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::0.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::FFFF:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
    '[0000::ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[0064:ff9b:0:0:0:0:7f00:1]',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    '%6c%6f%63alhost',
    'anything.localhost',
    'a.b.localhost.',
    'inside.example',
    'mapped.example',
    'translated.example',
  ],
  unspecified: ['0', '0.0.0.0', '0x0', '0.1', '[::]', '[0:0::0]', '[::ffff:0.0.0.0]'],
  private: ['10.0.0.1', '10.1', '0xa000001', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.168.257'],
  'link local': ['169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]', '[fe80::1]'],
  'unique local': ['[fd00:ec2::254]', '[fc00::1]', '[fdff:ffff::1]'],
  'carrier grade nat': ['100.64.0.1', '100.100.100.200', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', '[ff02::1]'],
  broadcast: ['255.255.255.255', '4294967295'],
  reserved: [
    '192.0.0.192',
    '198.18.0.1',
    '240.0.0.1',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::10.0.0.1]',
    '[4000::1]',
    '[2001:db8::1]',
  ],
  '6to4': ['[2002:7f00:1::]', '[2002:a00:1::1]'],
  teredo: ['[2001::80ff:fffe]', '[2001:0:7f00:1::]'],
  rfc6145: ['[::ffff:0:127.0.0.1]'],
  rfc6052: ['[64:ff9b:1::127.0.0.1]'],
  'deprecated site local': ['[fec0::1]'],
  'cloud platform': ['168.63.129.16', '0xa83f8110', '[::ffff:168.63.129.16]', '[64:ff9b::a83f:8110]'],
}

/** No URL at all, or none that may be sent to, whatever lies behind it. */
const NO_TARGETS = [
  '',
  'localhost',
  '//127.0.0.1/',
  'https://',
  'https://[::1',
  'https://[fe80::1%25eth0]/',
  'https://[fe80::1%eth0]/',
  'https://127.0.0.1%00.example/',
  'https://256.256.256.256/',
  'https://0x100000000/',
  'https://hooks.example@127.0.0.1/',
  'https://hooks.example:secret@127.0.0.1/',
  'https://127.0.0.1@hooks.example/',
  'https://:secret@hooks.example/',
  'ftp://hooks.example/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:1',
  'unix:/var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
  'ws://hooks.example/',
]

const PUBLIC = '93.184.216.34'
const NAMES: Record<string, string[]> = {
  'inside.example': ['127.0.0.1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'translated.example': ['64:ff9b::7f00:1'],
  'half-inside.example': [PUBLIC, '127.0.0.1'],
  'hooks.example': [PUBLIC],
}

const addresses = (...list: string[]) => list.map((address) => ({ address, family: isIP(address) }))
async function resolve(name: string) {
  if (/(^|\.)localhost\.?$/.test(name)) return addresses('127.0.0.1', '::1')
  return addresses(...(NAMES[name] ?? []))
}

let server: Server
let port: number
let reached = 0
beforeAll(async () => {
  server = createServer((_req, res) => res.end('inside')).on('connection', () => reached++)
  // Everywhere on this machine, IPv6 included where there is any.
  await new Promise<void>((resolve) => server.listen(0, resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  expect(reached).toBe(0)
  server.closeAllConnections()
  server.close()
})

/** Ready for plain http too, so that nothing is refused for its protocol alone. */
const egress = createEgress({ allowCidrs: [], allowHttp: true }, resolve)
const send = { method: 'POST', body: '{}', timeoutMs: 3_000, maxBytes: 1_000 } as const
const spelled = Object.entries(INSIDE).flatMap(([range, hosts]) =>
  hosts.map((host) => [host, range] as const),
)

test.each(spelled)('%j is refused as %s when it is saved and when it is sent to', async (host, range) => {
  for (const url of [`https://${host}:${port}/`, `http://${host}:${port}/`]) {
    const sentence = await egress.refusal(url)
    expect(sentence).toContain(`(${range})`)
    expect(sentence).toContain('EGRESS_ALLOW_CIDRS')
    await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused', message: sentence })
  }
  expect(reached).toBe(0)
})

test('a name is refused when only one of its addresses is inside', async () => {
  const url = `https://half-inside.example:${port}/`
  expect(await egress.refusal(url)).toContain('(loopback)')
  await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
})

describe('the metadata service of a cloud', () => {
  const NAMED = [
    'metadata.google.internal',
    'metadata.google.internal..',
    'METADATA.GOOGLE.INTERNAL.',
    'metadata.goog',
    'metadata',
    'metadata.azure.internal',
    'metadata.tencentyun.com',
    'instance-data',
    'instance-data.ec2.internal',
    'instance-data.eu-west-1.compute.internal',
  ]
  const leadingTo = (address: string | undefined, allowCidrs: string[] = []) =>
    createEgress({ allowCidrs, allowHttp: false }, async () => (address ? addresses(address) : []))

  test.each(NAMED)('%s is refused by its name, wherever it leads', async (name) => {
    const url = `https://${name}/computeMetadata/v1/`
    for (const egress of [leadingTo(PUBLIC), leadingTo(undefined)]) {
      expect(await egress.refusal(url)).toContain('is the metadata service of a cloud')
      await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
    }
    expect(await leadingTo('169.254.169.254').refusal(url)).toContain('(link local)')
  })

  test('is reached where the environment allows its range', async () => {
    const inRange = leadingTo('10.1.2.3', ['10.1.0.0/16'])
    expect(await inRange.refusal('https://metadata.google.internal/')).toBeUndefined()
    const wire = createEgress({ allowCidrs: ['168.63.129.16/32'], allowHttp: false })
    expect(await wire.refusal('https://168.63.129.16/')).toBeUndefined()
  })

  test('is no name that only resembles it', async () => {
    for (const name of ['metadata.example', 'my-metadata.goog', 'instance-data.example']) {
      expect(await leadingTo(PUBLIC).refusal(`https://${name}/`)).toBeUndefined()
    }
  })
})

describe('a port', () => {
  const strict = createEgress({ allowCidrs: ['10.1.0.0/16'], allowHttp: true }, resolve)

  test.each([0, 1, 22, 25, 79, 81, 442, 444, 587, 1023])(
    '%i is refused outside the allowed ranges',
    async (port) => {
      for (const host of ['hooks.example', PUBLIC, '[2606:4700::1111]']) {
        const url = `https://${host}:${port}/`
        const sentence = await strict.refusal(url)
        expect(sentence).toContain(
          'is in no range of EGRESS_ALLOW_CIDRS, so the port must be 80, 443 or above 1023',
        )
        await expect(strict.send(url, send)).rejects.toMatchObject({
          code: 'egress_refused',
          message: sentence,
        })
      }
      expect(await strict.refusal(`https://10.1.2.3:${port}/`)).toBeUndefined()
      expect(await strict.refusal(`http://10.1.2.3:${port}/`)).toBeUndefined()
    },
  )

  test.each(['', ':443', ':80', ':1024', ':8088', ':8443', ':65535'])('%j may be used', async (port) => {
    expect(await strict.refusal(`https://hooks.example${port}/`)).toBeUndefined()
  })

  test('of a name that left the allowed ranges is refused when it is connected to', async () => {
    const answers = [addresses('10.1.2.3'), addresses(PUBLIC)]
    let asked = 0
    const egress = createEgress(
      { allowCidrs: ['10.1.0.0/16'], allowHttp: false },
      async () => answers[asked++] ?? [],
    )
    const url = 'https://mail.example:25/'
    expect(await egress.refusal(url)).toBeUndefined()
    await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
  })
})

test.each(NO_TARGETS)('%j is refused when it is saved and when it is sent to', async (url) => {
  expect(await egress.refusal(url)).toMatch(/^(This is not a URL|The URL must)/)
  await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
  expect(reached).toBe(0)
})

describe('whatever the spelling', () => {
  const part = fc.nat(255)
  const inside = fc.oneof(
    fc.tuple(fc.constantFrom(0, 10, 127), part, part, part),
    fc.tuple(fc.constant(169), fc.constant(254), part, part),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), part, part),
    fc.tuple(fc.constant(192), fc.constant(168), part, part),
    fc.tuple(fc.integer({ min: 224, max: 255 }), part, part, part),
  )
  const radix = fc.constantFrom(
    (value: number) => `${value}`,
    (value: number) => `0x${value.toString(16)}`,
    (value: number) => `0${value.toString(8)}`,
  )
  const spelling = fc
    .tuple(inside, fc.array(radix, { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 4 }))
    .map(([bytes, radixes, parts]) => {
      const last = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0)
      return [...bytes.slice(0, parts - 1), last].map((value, i) => radixes[i]?.(value)).join('.')
    })
  const carried = inside.map((bytes) => {
    const hex = Buffer.from(bytes).toString('hex')
    return `${hex.slice(0, 4)}:${hex.slice(4)}`
  })
  const embedded = fc
    .tuple(fc.constantFrom('::ffff:', '64:ff9b::', '::', '2002:'), carried)
    .map(([prefix, address]) => `[${prefix}${address}${prefix === '2002:' ? '::' : ''}]`)

  test('an inside address is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(spelling, embedded), async (host) => {
        expect(await egress.refusal(`https://${host}:${port}/`)).toContain('not a public address')
        const sent = egress.send(`https://${host}:${port}/`, send)
        await expect(sent).rejects.toMatchObject({ code: 'egress_refused' })
      }),
    )
  })
})

describe('a name that changes where it leads', () => {
  /** Answers in turn, the last one for ever. */
  function changing(...answers: string[][]) {
    let asked = 0
    const egress = createEgress({ allowCidrs: [], allowHttp: false }, async () =>
      addresses(...(answers[Math.min(asked++, answers.length - 1)] as string[])),
    )
    return { egress, asked: () => asked }
  }

  test('after it was saved is refused when it is sent to', async () => {
    const { egress } = changing([PUBLIC], ['127.0.0.1'])
    const url = `https://rebind.example:${port}/`
    expect(await egress.refusal(url)).toBeUndefined()
    await expect(egress.send(url, send)).rejects.toMatchObject({ code: 'egress_refused' })
    expect(reached).toBe(0)
  })

  test('is asked for once per connection: what was judged is what is connected to', async () => {
    let asked = 0
    // Would lead back to the server if it were asked for a second time.
    const answers = [addresses('127.0.0.9'), addresses('127.0.0.1')]
    const once = createEgress(
      { allowCidrs: ['127.0.0.9/32'], allowHttp: true },
      async () => answers[asked++] ?? [],
    )
    const gone = port === 9 ? 10 : 9
    await expect(once.send(`http://rebind.example:${gone}/`, send)).rejects.toMatchObject({
      code: 'network_error',
    })
    expect(asked).toBe(1)
  })
})

test("the system's own names for this machine are refused", async () => {
  const bySystem = createEgress({ allowCidrs: [], allowHttp: true })
  expect(await bySystem.refusal(`https://localhost:${port}/`)).toContain('localhost leads to')
  await expect(bySystem.send(`http://localhost:${port}/`, send)).rejects.toMatchObject({
    code: 'egress_refused',
  })
  expect(reached).toBe(0)
})

describe('what an admin reads', () => {
  const strict = createEgress({ allowCidrs: ['10.1.0.0/16'], allowHttp: false }, resolve)
  const open = createEgress({ allowCidrs: ['10.1.0.0/16'], allowHttp: true }, resolve)

  test.each<[string, string]>([
    ['http://hooks.example/', 'The URL must begin with https://'],
    ['https://me:secret@hooks.example/', 'The URL must not hold a user name or password'],
    ['hooks.example', 'This is not a URL, such as https://example.com/hooks'],
    ['https://nowhere.example/', 'nowhere.example does not resolve to an address'],
    [
      'https://[::ffff:10.0.0.1]/',
      '::ffff:a00:1 is not a public address (private) and in no range of EGRESS_ALLOW_CIDRS',
    ],
    [
      'https://inside.example/',
      'inside.example leads to 127.0.0.1, which is not a public address (loopback) and in no range of EGRESS_ALLOW_CIDRS',
    ],
  ])('of %s', async (url, sentence) => {
    expect(await strict.refusal(url)).toBe(sentence)
  })

  test('of plain http, allowed only inside', async () => {
    expect(await open.refusal('http://hooks.example/')).toBe(
      `hooks.example leads to ${PUBLIC}, which is in no range of EGRESS_ALLOW_CIDRS, so the URL must begin with https://`,
    )
    expect(await open.refusal('http://10.1.2.3/')).toBeUndefined()
    await expect(open.send('http://hooks.example/', send)).rejects.toMatchObject({ code: 'egress_refused' })
  })

  test.each([
    'https://hooks.example/',
    `https://${PUBLIC}/x?y#z`,
    'https://[2606:4700::1111]/',
    'https://10.1.2.3/',
  ])('nothing of %s', async (url) => {
    expect(await strict.refusal(url)).toBeUndefined()
  })

  test('that a resolver hangs, before long', async () => {
    const hanging = createEgress({ allowCidrs: [], allowHttp: false }, () => new Promise(() => {}))
    expect(await hanging.refusal('https://hooks.example/')).toContain('does not resolve')
  })
})
