// One step, with everything that is known of it.

import { command, duration, elapsed, h, mark, moment, prose } from './dom.js';

function row(name, ...value) {
    return value.flat().some(v => v !== null && v !== undefined && v !== '')
        ? h('div', null, h('dt', null, name), h('dd', null, value))
        : null;
}

export function stepPanel(run, step) {
    return [
        h('h3', { tabindex: '-1' }, step.id),
        h('p', null, mark(step.mark), ' ', step.title),
        h(
            'dl',
            { class: 'facts' },
            row('Node', step.node ?? 'System'),
            row('Started', moment(step.startedAt)),
            row(
                step.finishedAt ? 'Took' : 'Runs for',
                step.startedAt ? elapsed(step.startedAt, step.finishedAt) : '',
            ),
            row('Expected', step.expectedSeconds === undefined ? '' : `about ${duration(step.expectedSeconds)}`),
            row('Attempt', step.attempt > 1 ? `${step.attempt}` : ''),
            row('Runs once', step.runOnce ? 'Yes: it is never repeated on the same data.' : ''),
            row(
                'Point of no return',
                step.pointOfNoReturn ? 'Yes: a rollback after it loses data, or is impossible.' : '',
            ),
            row('Reason', step.reason),
        ),
        step.message ? h('p', { class: 'message' }, prose(step.message)) : null,
        step.output
            ? h('p', null, 'Output: ', command(`kubectl drydock logs ${run.name} ${step.id} -n ${run.namespace}`))
            : null,
    ];
}
