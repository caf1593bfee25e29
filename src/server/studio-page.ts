import { XfmrError } from '../errors.ts'
import type { ModelStore } from '../models/store.ts'
import { openStudio } from '../studio/node.ts'
import type { Page } from './parts.ts'

/** Studio at `/`, knowing of the REST interface beside it. Where Studio was not built, `/` leads to the page of the interface. */
export const studioPage = async (store: ModelStore): Promise<Page> => {
  try {
    const { respond } = await openStudio({ store, api: '/v1/' })
    return request => respond(request)
  } catch (error) {
    if (!(error instanceof XfmrError) || error.code !== 'E_NOT_FOUND') throw error
    return async request =>
      new URL(request.url).pathname === '/'
        ? new Response(null, { status: 302, headers: { location: '/docs' } })
        : undefined
  }
}
