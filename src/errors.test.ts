import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { errorToJson, XfmrError } from './errors.ts'

describe('errors', () => {
  it('documents every code, and no code that is gone', async () => {
    const source = await readFile(new URL('./errors.ts', import.meta.url), 'utf8')
    const codes = [...source.matchAll(/\| '(E_\w+)'/g)].map(match => match[1])
    const docs = await readFile(new URL('../docs/errors.md', import.meta.url), 'utf8')
    const documented = [...docs.matchAll(/^\| `(E_\w+)`/gm)].map(match => match[1])
    expect(codes.length).toBeGreaterThan(10)
    expect(documented.sort()).toEqual(codes.sort())
  })

  it('become JSON with code, message and details', () => {
    const error = new XfmrError('E_NO_FACE', 'No face.', { details: { photo: 'a.jpg' } })
    expect(errorToJson(error)).toEqual({
      code: 'E_NO_FACE',
      message: 'No face.',
      details: { photo: 'a.jpg' },
    })
    expect(errorToJson(new TypeError('oops'))).toEqual({ code: 'E_INTERNAL', message: 'oops' })
    expect(errorToJson('text')).toEqual({ code: 'E_INTERNAL', message: 'text' })
  })
})
