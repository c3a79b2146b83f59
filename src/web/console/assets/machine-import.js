// The form that registers the machines of a file: sends it as it is, and draws the service's report of its rows.
const MOST_ROWS = 500
const TYPES = { csv: 'text/csv', yaml: 'application/yaml', yml: 'application/yaml' }
const LABELS = ['Row', 'Machine', 'Field', 'Expected', 'Got']

const form = document.querySelector('[data-machine-import]')
const error = form?.querySelector('[data-error]')
const report = document.querySelector('[data-report]')
const fail = (text) => {
  error.hidden = text === ''
  error.textContent = text
}

const rowOf = (values) => {
  const row = document.createElement('tr')
  for (const [at, value] of values.entries()) {
    const cell = document.createElement('td')
    cell.textContent = value
    cell.dataset.label = LABELS[at]
    cell.className = 'text-break'
    row.append(cell)
  }
  return row
}

const draw = ({ saved, added, replaced, same, bad, rows }, dryRun) => {
  const counts = `${added} added, ${replaced} replaced, ${same} as they were, ${bad} bad`
  const says = saved ? counts : `${dryRun ? 'Only checked' : 'Nothing was registered'}. It would be: ${counts}`
  const lines = rows.flatMap(({ row, name, problems }) =>
    problems.map(({ field, expected, got }) => [String(row), name, field, expected, got]),
  )
  report.hidden = false
  report.querySelector('[data-report-says]').textContent = says
  report.querySelector('[data-report-table]').hidden = lines.length === 0
  report.querySelector('tbody').replaceChildren(...lines.slice(0, MOST_ROWS).map(rowOf))
  const more = report.querySelector('[data-report-more]')
  more.hidden = lines.length <= MOST_ROWS
  more.textContent = `and ${lines.length - MOST_ROWS} more`
  report.querySelector('[data-report-says]').focus()
}

form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  fail('')
  const file = form.querySelector('#import-file').files[0]
  const type = TYPES[file?.name.split('.').at(-1).toLowerCase()]
  if (!type) return fail('Choose a file whose name ends in .csv or .yaml.')
  const dryRun = event.submitter?.value === 'true'
  const query = new URLSearchParams({ mode: form.querySelector('#import-mode').value, dryRun })
  const answer = await fetch(`/api/v1/machines/import?${query}`, {
    ...{ method: 'POST', headers: { 'content-type': type }, body: file },
  })
  const said = await answer.json().catch(() => ({}))
  if (answer.ok) draw(said, dryRun)
  else fail(`${said.code}: ${said.message}`)
})
