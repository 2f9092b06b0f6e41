import { play } from '/work/main/test/judge-table/play.ts'
import { noises } from '/work/main/test/judge-table/release.ts'

const runs = Number(process.argv[2] ?? 300),
  what = process.argv[3] ?? 'all'
const med = (xs: number[]) => (xs.length ? [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)] : NaN)
const bases = (process.argv[4] ?? '0,0.002,0.01,0.05').split(',').map(Number),
  traffic = (process.argv[5] ?? '10,30,300,3000').split(',').map(Number)
const pc = (n: number) => ((100 * n) / runs).toFixed(1)
const t0 = performance.now()
for (const noise of noises)
  for (const base of bases)
    for (const perMinute of traffic) {
      if (what === 'detect' && noise === 'shared failure') continue
      if (what !== 'detect') {
        const o = play({ noise, base, perMinute, worseBy: 0 }, 0, runs)
        console.log(
          'H',
          noise,
          base,
          perMinute,
          ' sluice',
          pc(o.sluice.rolledBack.length),
          'pass',
          pc(o.sluice.passed),
          ' flagger',
          pc(o.flagger.rolledBack.length),
          'argo',
          pc(o.argo.rolledBack.length),
          'z',
          pc(o.zTest.rolledBack.length),
        )
      }
      if (what !== 'healthy' && noise !== 'shared failure')
        for (const worseBy of [0.01, 0.05, 0.5]) {
          const o = play({ noise, base, perMinute, worseBy }, 0, runs)
          console.log(
            'D',
            noise,
            base,
            perMinute,
            worseBy,
            ...(['sluice', 'flagger', 'argo', 'zTest'] as const).map((n) => {
              const r = o[n].rolledBack
              return (
                `${n} ${pc(r.length)}% ${med(r.map((x) => x.seconds))}s ${med(r.map((x) => x.bad))}bad` +
                (n === 'sluice' ? ` passed ${pc(o.sluice.passed)} before ${pc(o.sluice.passedBefore)}` : '')
              )
            }),
          )
        }
    }
console.log(((performance.now() - t0) / 1000).toFixed(1), 's')
