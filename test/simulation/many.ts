import { createEngines } from '../../sandbox/sandbox.ts'
import { play } from './play.ts'
import { storyOf } from './story.ts'
import { added, nothingYet, summaryOf, summaryText } from './summary.ts'
import { transitions } from '../../rollout-controller/planner/transitions.ts'
async function main() {
  const engines = createEngines()
  const n = Number(process.argv[2] ?? 50)
  let s = nothingYet
  const t = performance.now()
  for (let i = 1; i <= n; i++) {
    try { s = added(s, summaryOf(await play(storyOf(String(i)), engines))) } catch (e) { console.log('seed', i, 'THREW', (e as Error).stack?.split('\n').slice(0, 4).join('\n')) }
  }
  console.log(summaryText(s, (performance.now() - t) / 1000, Object.keys(transitions)))
}
void main()
