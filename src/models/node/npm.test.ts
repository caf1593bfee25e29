import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultHome } from './home.ts'
import { findNpm } from './npm.ts'

const there =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path)

test('the npm that started us is used', () => {
  const cli = join('/opt', 'npm', 'bin', 'npm-cli.js')
  const found = findNpm({ npm_execpath: cli, PATH: '/usr/bin' }, 'linux', there(cli, join('/usr/bin', 'npm')))
  expect(found).toEqual({ file: process.execPath, args: [cli], shell: false })
})

test('other package managers that started us are not taken for npm', () => {
  const npm = join('/usr/bin', 'npm')
  const pnpm = join('/opt', 'pnpm', 'bin', 'pnpm.cjs')
  const found = findNpm(
    { npm_execpath: pnpm, PATH: ['/bin', '/usr/bin'].join(delimiter) },
    'linux',
    there(pnpm, npm),
  )
  expect(found).toEqual({ file: npm, args: [], shell: false })
})

test('on Windows the script behind npm.cmd is run, or npm.cmd through a shell', () => {
  const folder = join('/nodejs')
  const cli = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const env = { Path: folder }
  expect(findNpm(env, 'win32', there(join(folder, 'npm.cmd'), cli))).toEqual({
    file: process.execPath,
    args: [cli],
    shell: false,
  })
  expect(findNpm(env, 'win32', there(join(folder, 'npm.cmd')))).toEqual({
    file: 'npm.cmd',
    args: [],
    shell: true,
  })
})

test('no npm at all is no guess', () => {
  expect(findNpm({ PATH: '/usr/bin' }, 'linux', () => false)).toBeUndefined()
})

test('the folder of the models follows XFMR_HOME, then the platform', () => {
  const user = join('/home', 'a')
  expect(defaultHome({ XFMR_HOME: '/data/xfmr', XDG_CACHE_HOME: '/x' }, 'linux', user)).toBe('/data/xfmr')
  expect(defaultHome({}, 'linux', user)).toBe(join(user, '.cache', 'xfmr'))
  expect(defaultHome({ XDG_CACHE_HOME: join('/x') }, 'linux', user)).toBe(join('/x', 'xfmr'))
  expect(defaultHome({}, 'darwin', user)).toBe(join(user, 'Library', 'Caches', 'xfmr'))
  expect(defaultHome({ LOCALAPPDATA: join('/l') }, 'win32', user)).toBe(join('/l', 'xfmr', 'Cache'))
})
