// The form of a hardware profile: rows of rules, what fits each field, problems beside their fields, and saving by the API.
const form = document.querySelector('[data-profile-form]')
const rules = form?.querySelector('[data-rules]')
const error = form?.querySelector('[data-error]')
const PLACEHOLDERS = { text: 'Dell Inc.', number: '64 GiB', flag: 'yes or no' }

const fit = (row) => {
  const type = row.querySelector('[name=rule_field]').selectedOptions[0].dataset.type
  const operator = row.querySelector('[name=rule_is]')
  for (const option of operator.options)
    option.hidden = option.disabled = !option.dataset.types.split(' ').includes(type)
  if (operator.selectedOptions[0].disabled) operator.value = 'equal'
  const value = row.querySelector('[name=rule_value]')
  value.placeholder = PLACEHOLDERS[type]
  value.classList.toggle('is-unasked', ['known', 'unknown'].includes(operator.value))
}
const fitDisk = () => {
  const chosen = form.querySelector('[data-disk-by]').selectedOptions[0]
  form.querySelector('[data-disk-value]').classList.toggle('is-unasked', chosen.dataset.hint === '')
  form.querySelector('#disk_value').placeholder = chosen.dataset.hint
}
const changed = () => form.dispatchEvent(new Event('rules-changed'))

const OF_RULES = '[data-problem-of=rule], [data-problem-of=priority]'
/** Puts each problem beside its field; what has no place of its own is told at the end. `which`: the places that are told anew. */
const tell = (problems, which = '[data-problem-of]') => {
  for (const place of form.querySelectorAll(which)) place.textContent = ''
  const placeless = []
  for (const { at, says } of problems) {
    const row = /^rule-(\d+)$/.exec(at)
    const place = row
      ? rules.children[row[1]]?.querySelector('[data-problem-of]')
      : form.querySelector(`[data-problem-of="${CSS.escape(at)}"]`)
    if (place) place.textContent = place.textContent ? `${place.textContent}; ${says}` : says
    else placeless.push(`${at}: ${says}`)
  }
  error.hidden = placeless.length === 0
  error.textContent = placeless.join('; ')
}

form?.addEventListener('click', (event) => {
  if (event.target.closest('[data-add-rule]')) {
    rules.append(form.querySelector('[data-rule-template]').content.cloneNode(true))
    fit(rules.lastElementChild)
    rules.lastElementChild.querySelector('select').focus()
  }
  const row = event.target.closest('[data-remove-rule]') && event.target.closest('[data-rule-row]')
  if (row) {
    row.remove()
    form.querySelector('[data-add-rule]').focus()
    changed()
  }
})
form?.addEventListener('input', (event) => {
  const place = event.target.parentElement.querySelector(':scope > [data-problem-of]')
  if (place) place.textContent = ''
})
form?.addEventListener('change', (event) => {
  const row = event.target.closest('[data-rule-row]')
  if (row) fit(row)
  if (event.target.matches('[data-disk-by]')) fitDisk()
})
// The preview brings what is wrong with the rules.
if (form)
  new MutationObserver(() => {
    const problems = [...document.querySelectorAll('#preview [data-problem]')]
    const said = problems.map((one) => ({ at: one.dataset.problem, says: one.textContent }))
    tell(said, OF_RULES)
  }).observe(document.querySelector('#preview'), { childList: true })

form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  event.stopImmediatePropagation()
  const read = await fetch('/profile-form/read', { method: 'POST', body: new URLSearchParams(new FormData(form)) })
  const { spec, problems = [], message } = await read.json().catch(() => ({}))
  tell(problems)
  if (!spec) {
    if (message) tell([{ at: 'Not saved', says: message }])
    form.querySelector('.field-problem:not(:empty)')?.scrollIntoView({ block: 'center' })
    return
  }
  const name = encodeURIComponent(spec.name)
  const answer = await fetch(`/api/v1/profiles/${name}`, {
    ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(spec) },
  })
  if (answer.ok) location.href = `/profiles/${name}`
  else
    tell([{ at: 'Not saved', says: (await answer.json().catch(() => ({}))).message ?? 'the service did not answer' }])
})
if (form) {
  for (const row of rules.children) fit(row)
  fitDisk()
}
