import { fixed, percent, roundTogether, signed } from '../../../src/report/numbers.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { SUM_DECIMALS } from '../../../src/report/sums.ts'
import { text } from '../text.ts'

/** Agreement, attention and product by part of the face. */
export const Regions = ({ result: { regions, score } }: { result: CompareResult }) => {
  const products = roundTogether(
    regions.map(({ product }) => product),
    SUM_DECIMALS,
    score.xcos,
  )
  const reach = Math.max(...products.map(Math.abs))
  const [part, agreement, attentionHead, adds] = text.regions.head
  return (
    <section class="regions" aria-labelledby="regions-title">
      <h2 id="regions-title">{text.regions.title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{part}</th>
            <th scope="col" class="right">
              {agreement}
            </th>
            <th scope="col" class="right">
              {attentionHead}
            </th>
            <th scope="col" class="right">
              {adds}
            </th>
            <td class="bar-cell" />
          </tr>
        </thead>
        <tbody>
          {regions.map(({ name, label, attention, product }, i) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td class="right">{attention > 0 ? fixed(product / attention, 3) : ''}</td>
              <td class="right">{percent(attention)}</td>
              <td class="right">{signed(products[i]!)}</td>
              <td class="bar-cell">
                <div class="meter" aria-hidden="true">
                  <div
                    class={products[i]! < 0 ? 'bar against' : 'bar for'}
                    style={{ transform: `scaleX(${(Math.abs(products[i]!) / reach).toFixed(3)})` }}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.regions.together}</th>
            <td class="right">{fixed(score.xcos, 3)}</td>
            <td class="right">{percent(1)}</td>
            <td class="right">{signed(products.reduce((sum, value) => sum + value, 0))}</td>
            <td class="bar-cell" />
          </tr>
        </tfoot>
      </table>
    </section>
  )
}
