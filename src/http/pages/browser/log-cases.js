/** The list of cases beside the lines: all of them, or those that failed. */

/** Of a list that has just come. On a phone it is folded: the lines come first. */
export function settleCases() {
  filterCases()
  if (matchMedia('(width <= 700px)').matches)
    document.querySelector('#cases details')?.removeAttribute('open')
}

export function filterCases() {
  const box = document.getElementById('only-failed')
  const isOn = box instanceof HTMLInputElement && box.checked
  document.getElementById('cases')?.classList.toggle('failed-only', isOn)
}
