// The steps of a plan as tables, a part for each phase.

import { elapsed, h, mark, prose, show, sync } from './dom.js';

// A longer table has a scroll bar of its own, so that the phases after it can be reached.
const mostUnbounded = 50;

// Shows the plans of a run. Only what changed is drawn again, and the rows of a phase only once it is open.
export function showPlans(container, plans, choose) {
    sync(
        container,
        plans,
        plan => `${plan.name} ${plan.hash}`,
        plan => section(plan),
        (element, plan) =>
            sync(
                element.querySelector('.phases'),
                plan.phases,
                phase => phase.name,
                phase => part(plan, phase, choose),
                update,
            ),
    );
}

function section(plan) {
    const id = `steps-${plan.name}`;
    return h(
        'section',
        { 'aria-labelledby': id },
        h('h2', { id }, `Steps: ${plan.name}`),
        h('div', { class: 'phases' }),
        h(
            'details',
            { class: 'plan', 'data-key': `plan:${plan.name}` },
            h('summary', null, `Plan ${plan.hash.slice(7, 15)} and its notes (${plan.notes.length})`),
            h('ul', { class: 'notes' }, plan.notes.map(note => h('li', null, prose(note)))),
        ),
    );
}

function part(plan, phase, choose) {
    const columns = ['Step', 'Node', 'State', 'Time', 'What'];
    const body = h('tbody');
    const summary = h('summary', { 'data-key': `summary:${plan.name}:${phase.name}` });
    const details = h(
        'details',
        { 'data-key': `phase:${plan.name}:${phase.name}` },
        summary,
        h(
            'div',
            {
                class: phase.steps.length > mostUnbounded ? 'scroll tall' : 'scroll',
                role: 'region',
                tabindex: '0',
                'data-key': `scroll:${plan.name}:${phase.name}`,
                'aria-label': `Steps of ${phase.name} in ${plan.name}`,
            },
            h(
                'table',
                null,
                h('thead', null, h('tr', null, columns.map(name => h('th', { scope: 'col' }, name)))),
                body,
            ),
        ),
    );
    details.rows = () =>
        sync(
            body,
            details.phase.steps,
            step => step.id,
            () => h('tr'),
            (row, step) =>
                show(row, [step.mark, step.startedAt, step.finishedAt, step.message], () =>
                    cells(step, () => choose(`${plan.name}:${step.id}`), plan),
                ),
        );
    summary.addEventListener('click', () => {
        details.isChosen = true;
    });
    details.addEventListener('toggle', () => details.open && details.rows());
    return details;
}

// A phase is open while it needs attention, until the user opens or closes it.
function update(details, phase) {
    details.phase = phase;
    const [summary] = details.children;
    const done = phase.steps.filter(isDone).length;
    show(summary, [phase.mark, done, phase.startedAt, phase.finishedAt], () => [
        mark(phase.mark),
        ' ',
        h('strong', null, phase.name),
        ` ${done} of ${phase.steps.length} done`,
        phase.startedAt ? [', ', elapsed(phase.startedAt, phase.finishedAt)] : null,
    ]);
    if (!details.isChosen && !details.contains(document.activeElement)) {
        details.open = !['Pending', 'Succeeded'].includes(phase.mark);
    }
    if (details.open) {
        details.rows();
    }
}

function cells(step, choose, plan) {
    return [
        h(
            'th',
            { scope: 'row' },
            h(
                'button',
                { type: 'button', class: 'link', 'data-key': `row:${plan.name}:${step.id}`, on: { click: choose } },
                step.id,
            ),
        ),
        h('td', null, step.node ?? ''),
        h('td', null, mark(step.mark)),
        h('td', null, elapsed(step.startedAt, step.finishedAt)),
        h(
            'td',
            null,
            step.title,
            step.pointOfNoReturn ? h('strong', null, ' Point of no return.') : null,
            step.message && step.mark !== 'Succeeded' ? h('div', { class: 'muted' }, prose(step.message)) : null,
        ),
    ];
}

function isDone(step) {
    return ['Succeeded', 'Accepted'].includes(step.mark);
}
