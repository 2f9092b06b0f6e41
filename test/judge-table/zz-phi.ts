import { dispersion } from '../../analysis/evidence/clumping.ts'
import { noTally, tallied } from '../../analysis/evidence/judge-counts.ts'
import { release } from './release.ts'

for (const base of [0.002, 0.01, 0.05])
  for (const noise of ['clumped', 'independent'] as const) {
    const at: number[][] = [[], [], [], []]
    let unwell = 0,
      ticks = 0
    for (let run = 0; run < 500; run++) {
      let t = noTally,
        i = 0
      for (const c of release({ noise, base, perMinute: 3000, worseBy: 0 }, 'x' + run)) {
        if (!(c.canary.requests > 0 && c.stable.requests > 0)) continue
        t = tallied(t, c, { ratio: 1.1, margin: 0.01, falseAlarm: 0.01 })
        i++
        ticks++
        if (t.wellness.unwell) unwell++
        const k = [5, 20, 59, 179].indexOf(i)
        if (k >= 0) at[k]?.push(dispersion(t.clumping))
      }
    }
    console.log(
      base,
      noise,
      'unwell',
      ((100 * unwell) / ticks).toFixed(2) + '%',
      at.map((xs) => {
        xs.sort((a, b) => a - b)
        return [0.05, 0.5, 0.95].map((q) => (xs[Math.floor(q * xs.length)] ?? 0).toFixed(2)).join('/')
      }),
    )
  }
