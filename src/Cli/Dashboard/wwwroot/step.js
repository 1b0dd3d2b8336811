// One step, with everything that is known of it.

import { changeButton } from './changes.js';
import { command, duration, elapsed, h, mark, moment, prose } from './dom.js';

function row(name, ...value) {
    return value.flat().some(v => v !== null && v !== undefined && v !== '')
        ? h('div', null, h('dt', null, name), h('dd', null, value))
        : null;
}

// Only the plan that runs or runs next can be held.
export function mayHold(run, plan) {
    return Boolean(plan?.isActive) && !run.finishedAt;
}

// The times that the operator has written.
export function timesOf(run) {
    const steps = run.plans.flatMap(plan => plan.phases.flatMap(phase => phase.steps));
    return [
        run.startedAt,
        run.finishedAt,
        run.downtimeSince,
        ...steps.flatMap(step => [step.startedAt, step.finishedAt]),
        ...run.holds.map(hold => hold.since),
    ];
}

const mostLinks = 20;

// structure: what the plan says of the step; null if only its state is known.
export function stepPanel(page, step, structure, canHold, choose) {
    const run = page.run;
    const link = id =>
        h(
            'button',
            { type: 'button', class: 'link', 'data-key': `goto:${id}`, on: { click: () => choose(id) } },
            id,
        );
    const links = ids => ids.flatMap((id, index) => [index > 0 ? ', ' : '', choose ? link(id) : id]);
    const list = (ids, name) =>
        ids.length > mostLinks
            ? h(
                  'details',
                  { 'data-key': `${name}:${step.id}` },
                  h('summary', null, `${ids.length} steps`),
                  links(ids),
              )
            : links(ids);
    const following = structure?.all.filter(other => other.after.includes(step.id)).map(other => other.id) ?? [];
    const own = structure?.own;
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
            row(
                'Attempt',
                step.attempt > 1 || own?.maxAttempts > 1
                    ? `${step.attempt}${own ? ` of ${own.maxAttempts}` : ''}`
                    : '',
            ),
            row('Time limit', own?.timeout),
            row('Runs once', step.runOnce ? 'Yes: it is never repeated on the same data.' : ''),
            row(
                'Point of no return',
                step.pointOfNoReturn ? 'Yes: a rollback after it loses data, or is impossible.' : '',
            ),
            row('Reason', step.reason),
            row('After', own?.after.length ? list(own.after, 'after') : ''),
            row('Before', following.length ? list(following, 'before') : ''),
            row('Action', own?.action),
        ),
        step.message ? h('p', { class: 'message' }, prose(step.message)) : null,
        own && Object.keys(own.parameters).length > 0
            ? h(
                  'details',
                  { 'data-key': `parameters:${step.id}` },
                  h('summary', null, 'Parameters'),
                  h(
                      'dl',
                      { class: 'facts wide' },
                      Object.entries(own.parameters).map(([name, value]) => row(name, value)),
                  ),
              )
            : null,
        step.output
            ? h('p', null, 'Output: ', command(`kubectl drydock logs ${run.name} ${step.id} -n ${run.namespace}`))
            : null,
        step.mark === 'Pending' && canHold ? h('p', null, changeButton(page, 'hold', step.id, 'step')) : null,
    ];
}
