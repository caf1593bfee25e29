import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type PublishedPackage = {
  readonly name: string
  readonly version: string
  readonly tarball: Uint8Array
}

export type Registry = {
  /** For `npm_config_registry`. */
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** A package registry on this machine that the real npm client can fetch from. */
export const startRegistry = async (packages: readonly PublishedPackage[]): Promise<Registry> => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    requests.push(path)
    const wanted = packages.find(({ name }) => path === `/${name}` || path === `/${name}/-/file.tgz`)
    if (!wanted) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}')
    } else if (path.endsWith('.tgz')) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(wanted.tarball)
    } else {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(packument(wanted, url)))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Subresource integrity, as a registry states it. */
export const integrity = (bytes: Uint8Array): string =>
  `sha512-${createHash('sha512').update(bytes).digest('base64')}`

// --- internal ---

const packument = ({ name, version, tarball }: PublishedPackage, url: string) => ({
  name,
  'dist-tags': { latest: version },
  versions: {
    [version]: {
      name,
      version,
      dist: { tarball: `${url}${name}/-/file.tgz`, integrity: integrity(tarball) },
    },
  },
})
