import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { includePhotos, parseFolderCsv } from './folder-photos.ts'
import { openFolderDataset } from './node/folder-dataset.ts'

describe('a list of photos', () => {
  it('says who is in each and whether a mask is worn', () => {
    expect(parseFolderCsv('file,identity,masked,note\nx/1.jpg,X,0,a\n"x/2, b.jpg",X,yes,b\n')).toEqual([
      { photo: 'x/1.jpg', identity: 'X', masked: false },
      { photo: 'x/2, b.jpg', identity: 'X', masked: true },
    ])
    expect(parseFolderCsv('identity,file\nX,1.jpg\n')[0]!.masked).toBe(false)
    expect(
      parseFolderCsv('identity,file,session\nX,1.jpg,may\nX,2.jpg,\n').map(({ session }) => session),
    ).toEqual(['may', undefined])
  })

  it.each([
    ['identity,masked\nX,1\n', 1, 'lacks file'],
    ['identity,file,masked\nX,1.jpg,maybe\n', 2, '"maybe" says nothing'],
    ['identity,file,masked\nX,1.jpg,1\nX,1.jpg,1\n', 3, 'in line 2 already'],
    ['identity,file,masked\nX,1.jpg,1\nY,1.jpg,1\n', 3, 'contradicts line 2'],
    ['identity,file,masked\nX,1.jpg,1\nX,1.jpg,0\n', 3, 'contradicts line 2'],
    ['identity,file,masked\n,1.jpg,1\n', 2, 'identity is empty'],
    ['identity,file,masked\nX,1.jpg\n', 2, 'expected 3 fields'],
    ['identity,file\n', undefined, 'no photos'],
  ])('is refused: %j', (text, line, problem) => {
    const place = line === undefined ? '' : ` line ${line}`
    expect(() => parseFolderCsv(text)).toThrow(expect.objectContaining({ code: 'E_BAD_PAIRS' }))
    expect(() => parseFolderCsv(text)).toThrow(`index.csv${place}`)
    expect(() => parseFolderCsv(text)).toThrow(problem)
  })

  it('is narrowed by file name', () => {
    const photos = ['a/0_0_1.jpg', 'a/0_1_1.jpg', '0_0_/x.jpg', 'b/0_0_(2).png'].map(photo => ({
      photo,
      identity: 'a',
    }))
    const kept = (pattern: string) => includePhotos(photos, pattern).map(({ photo }) => photo)
    expect(kept('0_0_*')).toEqual(['a/0_0_1.jpg', 'b/0_0_(2).png'])
    expect(kept('?.jpg')).toEqual(['0_0_/x.jpg'])
    expect(kept('*(2)*')).toEqual(['b/0_0_(2).png'])
  })
})

describe('a folder', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'xfmr-folder-'))
    for (const name of ['set/X/m1.jpg', 'set/X/b1.png', 'set/Y/b1.jpg', 'set/Y/notes.txt', 'set/stray.jpg']) {
      await mkdir(join(root, name, '..'), { recursive: true })
      await writeFile(join(root, name), name)
    }
    await writeFile(join(root, 'list.csv'), 'identity,file,masked\nX,set/X/m1.jpg,1\nY,set/Y/b1.jpg,0\n')
  })
  afterAll(() => rm(root, { recursive: true }))

  it('names people by its folders and masks by a pattern', async () => {
    expect(await openFolderDataset(join(root, 'set'), { masked: 'm*' })).toEqual({
      root: join(root, 'set'),
      photos: [
        { photo: 'X/b1.png', identity: 'X', masked: false },
        { photo: 'X/m1.jpg', identity: 'X', masked: true },
        { photo: 'Y/b1.jpg', identity: 'Y', masked: false },
      ],
    })
  })

  it('or comes as a list', async () => {
    const { photos } = await openFolderDataset(join(root, 'list.csv'), { include: 'b*' })
    expect(photos).toEqual([{ photo: 'set/Y/b1.jpg', identity: 'Y', masked: false }])
    await expect(openFolderDataset(join(root, 'list.csv'), { photos: root, masked: 'm*' })).rejects.toThrow(
      'says itself who wears a mask',
    )
    await expect(openFolderDataset(join(root, 'list.csv'), { photos: join(root, 'set') })).rejects.toThrow(
      'set/X/m1.jpg does not exist',
    )
    await expect(openFolderDataset(join(root, 'list.csv'), { include: 'z*' })).rejects.toThrow('fits z*')
    await expect(openFolderDataset(join(root, 'gone'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
  })
})
