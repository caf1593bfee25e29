import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSealer, parseKey } from './seal.ts'
import { bytesVector, textVector, vectorBytes, vectorText } from './vectors.ts'

const key = new Uint8Array(32).map((_, i) => i)

describe('sealing', () => {
  it('gives back what went in, never twice the same text, and nothing without the key', () => {
    const sealer = createSealer(key)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, place) => {
        const sealed = sealer.seal(plain, place)
        expect([...sealer.open(sealed, place)]).toEqual([...plain])
        expect(sealed).not.toEqual(sealer.seal(plain, place))
        expect(sealed.length).toBe(plain.length + 28)
        for (const [other, where] of [
          [createSealer(new Uint8Array(32)), place],
          [sealer, `${place} `],
        ] as const) {
          expect(() => other.open(sealed, where)).toThrowError(
            expect.objectContaining({ code: 'E_GALLERY_KEY' }),
          )
        }
      }),
      { numRuns: 30 },
    )
  })

  it('notices every changed or missing byte', () => {
    const sealer = createSealer(key)
    const sealed = sealer.seal(new Uint8Array([1, 2, 3]), 'here')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Uint8Array.from(sealed)
      changed[i]! ^= 1
      expect(() => sealer.open(changed, 'here')).toThrow()
      expect(() => sealer.open(sealed.subarray(0, i), 'here')).toThrow()
    }
  })

  it('reads keys in both spellings, and nothing else', () => {
    const bytes = randomBytes(32)
    expect([...parseKey(`${bytes.toString('hex')}\n`)]).toEqual([...bytes])
    expect([...parseKey(bytes.toString('base64'))]).toEqual([...bytes])
    for (const text of ['', 'secret', bytes.toString('hex').slice(1), randomBytes(31).toString('base64')]) {
      expect(() => parseKey(text)).toThrowError(expect.objectContaining({ code: 'E_GALLERY_KEY' }))
    }
  })
})

it('writes float32 values so that they come back bit for bit', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(fc.array(float, { minLength: 1, maxLength: 20 }), values => {
      const vector = Float32Array.from(values)
      expect(bytesVector(vectorBytes(vector))).toEqual(vector)
      // JSON has no -0.
      expect(textVector(vectorText(vector)).map(value => value + 0)).toEqual(vector.map(value => value + 0))
    }),
  )
})
