import fc from 'fast-check'
import { expect, test } from 'vitest'
import { XfmrError } from '../errors.ts'
import { boundaryOf, parseMultipart } from './multipart.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a client that is not ours makes of a form: Node's own. */
const encodeForm = async (form: FormData): Promise<{ bytes: Uint8Array; type: string }> => {
  const response = new Response(form)
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    type: response.headers.get('content-type')!,
  }
}

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof XfmrError ? error.code : `no XfmrError: ${error}`
  }
}

test('reads back what Node writes: any bytes, any names', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })

  const part = fc.record({
    // Line breaks in names are normalised by the encoder, backslashes are ambiguous between encoders.
    name: text.filter(name => !/[\r\n\\%]/.test(name)),
    filename: fc.option(text.filter(name => !/[\r\n\\%]/.test(name))),
    bytes: fc.uint8Array({ maxLength: 300 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), async parts => {
      const form = new FormData()
      for (const { name, filename, bytes } of parts)
        if (filename === null) form.append(name, Buffer.from(bytes).toString('hex'))
        else form.append(name, new Blob([bytes]), filename)
      const { bytes: body, type } = await encodeForm(form)
      const read = parseMultipart(body, boundaryOf(type), 6)
      expect(
        read.map(({ name, filename, data }) => ({ name, filename, data: Buffer.from(data).toString('hex') })),
      ).toEqual(
        parts.map(({ name, filename, bytes }) => ({
          name,
          filename: filename ?? undefined,
          data:
            filename === null
              ? Buffer.from(Buffer.from(bytes).toString('hex')).toString('hex')
              : Buffer.from(bytes).toString('hex'),
        })),
      )
    }),
    { numRuns: 60 },
  )
})

test('any bytes at all, and any cut or changed byte of a form: parts or E_BAD_REQUEST, nothing else', () => {
  const good = encode(
    '--b\r\nContent-Disposition: form-data; name="a"; filename="x.jpg"\r\nContent-Type: image/jpeg\r\n\r\nbytes\r\n--b\r\n' +
      'content-disposition: form-data; name=c\r\n\r\n\r\n--b--\r\n',
  )
  const changed = fc
    .tuple(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length))
    .map(([at, value, end]) => {
      const bytes = good.slice()
      bytes[at] = value
      return bytes.subarray(0, end)
    })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), bytes => {
      expect(['none', 'E_BAD_REQUEST']).toContain(codeOf(() => parseMultipart(bytes, 'b', 4)))
    }),
    { numRuns: 1000 },
  )
  expect(parseMultipart(good, 'b', 4)).toEqual([
    { name: 'a', filename: 'x.jpg', data: encode('bytes') },
    { name: 'c', filename: undefined, data: encode('') },
  ])
})

test.each([
  ['no boundary', '', '--b\r\n'],
  ['a boundary that is not allowed', 'b\n', '--b\n\r\n'],
  [
    'text before the first boundary',
    'b',
    'hello\r\n--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b--',
  ],
  ['the last boundary missing', 'b', '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'],
  ['headers without an end', 'b', `--b\r\nx: ${'y'.repeat(5000)}`],
  ['no name', 'b', '--b\r\ncontent-disposition: form-data\r\n\r\n1\r\n--b--'],
  ['no disposition', 'b', '--b\r\nx-other: 1\r\n\r\n1\r\n--b--'],
  [
    'a transfer encoding',
    'b',
    '--b\r\ncontent-disposition: form-data; name="a"\r\ncontent-transfer-encoding: base64\r\n\r\nMQ==\r\n--b--',
  ],
  ['too many parts', 'b', `${'--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(5)}--b--`],
])('refuses %s', (_, boundary, body) => {
  expect(codeOf(() => parseMultipart(encode(body), boundary, 4))).toBe('E_BAD_REQUEST')
})

test('names as curl and as browsers escape them; headers that are not UTF-8', () => {
  const read = (disposition: Uint8Array | string) =>
    parseMultipart(
      Buffer.concat([Buffer.from('--b\r\n'), Buffer.from(disposition), Buffer.from('\r\n\r\n1\r\n--b--')]),
      'b',
      1,
    )[0]
  expect(read('Content-Disposition: form-data; name="a"; filename="a\\"b\\\\c.jpg"')!.filename).toBe(
    'a"b\\c.jpg',
  )
  expect(read('Content-Disposition: form-data; name="a"; filename="a%22b%0Ac.jpg"')!.filename).toBe(
    'a"b\nc.jpg',
  )
  const latin1 = Buffer.from('content-disposition: form-data; name="\xe9"', 'latin1')
  expect(codeOf(() => read(latin1))).toBe('E_BAD_REQUEST')
})
