// The plot of a run's transfers, read from the API: what the server sent, what the agent says it has done.
const element = document.getElementById('transfer-plot')
const start = Number(element.dataset.start)
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const READ_MILLISECONDS = 1000
const HEIGHT = 220

const bytes = (value) => {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(value, 1)) / 10)))
  const scaled = value / 1024 ** power
  return `${scaled >= 100 || power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${UNITS[power]}`
}
const steps = (least) =>
  UNITS.flatMap((_unit, power) => [1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * 1024 ** power)).filter(
    (step) => step >= least,
  )

let plot
const data = [[], [], [], []]
let last = 0
let lastStep

function options() {
  const style = getComputedStyle(document.documentElement)
  const colour = (name) => style.getPropertyValue(name).trim()
  const axis = {
    font: `12px ${style.getPropertyValue('--tblr-font-sans-serif')}`,
    stroke: colour('--ink-quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const line = (label, scale, stroke, rest) => ({
    ...{ label, scale, stroke: colour(stroke), width: 2, points: { show: false }, ...rest },
    value: (_plot, value) => (value === null ? '–' : scale === 'rate' ? `${bytes(value)}/s` : bytes(value)),
  })
  const narrow = element.clientWidth < 500
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, 8, 0, 0],
    cursor: { points: { size: 7 } },
    scales: {
      x: { time: false },
      rate: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1024)] },
      done: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1024)] },
    },
    axes: [
      { ...axis, size: 30, values: (_plot, ticks) => ticks.map((tick) => `${tick} s`) },
      {
        ...axis,
        scale: 'rate',
        size: 82,
        incrs: steps(1),
        values: (_plot, ticks) => ticks.map((tick) => `${bytes(tick)}/s`),
      },
      {
        ...axis,
        scale: 'done',
        side: 1,
        size: 70,
        show: !narrow,
        grid: { show: false },
        incrs: steps(1),
        values: (_plot, ticks) => ticks.map(bytes),
      },
    ],
    series: [
      { label: 'at', value: (_plot, value) => (value === null ? '–' : `${value.toFixed(1)} s`) },
      line('server sends', 'rate', '--own', { fill: `${colour('--own')}33`, spanGaps: true }),
      line('agent does', 'rate', '--warn', {}),
      line('done of the step', 'done', '--good', { dash: [5, 4] }),
    ],
  }
}

function draw() {
  plot?.destroy()
  plot = undefined
  if (data[0].length > 0) plot = new uPlot(options(), data, element)
}

const push = (...row) => row.forEach((value, index) => void data[index].push(value))

async function readAll() {
  const answer = await fetch(`${element.dataset.transfers}?after=${last}`).catch(() => undefined)
  const samples = answer?.ok ? await answer.json() : []
  if (samples.length === 0) return
  last = samples.at(-1).at
  for (const { at, step, servedPerSecond, donePerSecond, doneBytes } of samples) {
    const x = (at - start) / 1000
    // Done bytes count anew in each step: a gap, and no line down to zero.
    if (step !== lastStep && data[0].length > 0) push(x - 0.001, null, null, null)
    push(x, servedPerSecond, step === lastStep ? donePerSecond : null, doneBytes)
    lastStep = step
  }
  if (plot) plot.setData(data)
  else draw()
  element.dataset.samples = String(data[0].length)
}

let busy = false
let again = false
/** Reads what is new, at most once a second, and once more when news came meanwhile. */
export async function readTransfers() {
  if (busy) {
    again = true
    return
  }
  busy = true
  await readAll()
  setTimeout(() => {
    busy = false
    if (again) void readTransfers()
    again = false
  }, READ_MILLISECONDS)
}

document.addEventListener('slipway:colours', draw)
new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT })).observe(element)
void readTransfers()
