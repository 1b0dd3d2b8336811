// The parts of the page of one run.

import { badge, command, duration, elapsed, h, mark, marks, moment, prose, stateOf } from './dom.js';
import { progress } from './list.js';

export function legend() {
    return h(
        'ul',
        { class: 'legend', 'aria-label': 'Signs' },
        Object.keys(marks)
            .filter(name => name !== 'Pending')
            .map(name => h('li', null, mark(name))),
        h('li', null, h('span', { class: 'mark outage' }, 'downtime')),
    );
}

function section(id, name, ...children) {
    return h(
        'section',
        { id, 'aria-labelledby': `${id}-title` },
        h('h2', { id: `${id}-title` }, name),
        children,
    );
}

const fact = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, value));

export function headOf({ run }) {
    return h(
        'section',
        { id: 'state', 'aria-label': 'State' },
        h(
            'p',
            { class: 'state' },
            badge(run),
            ' ',
            h('strong', null, run.phase),
            run.reason && run.reason !== run.phase ? ` · ${run.reason}` : '',
            ` · ${run.kind} ${run.fromVersion} → ${run.toVersion}`,
        ),
        run.summary ? h('p', { class: 'system' }, run.summary) : null,
        h('p', { class: 'message' }, prose(run.message)),
        h(
            'dl',
            { class: 'facts' },
            fact('Steps', progress(run.progress)),
            run.instances ? fact('Instances', run.instances) : null,
            run.firstStepAt
                ? fact(run.finishedAt ? 'Took' : 'Elapsed', elapsed(run.firstStepAt, run.finishedAt))
                : null,
            run.remainingSeconds !== undefined && run.state === 'InProgress'
                ? fact('Remaining', `about ${duration(run.remainingSeconds)}`)
                : null,
        ),
    );
}

const names = {
    approve: 'Approve',
    accept: 'Accept',
    retry: 'Retry',
    resume: 'Resume',
    pause: 'Pause',
    abort: 'Abort',
    release: 'Do not hold before',
    rollback: 'Roll back',
    'cancel-rollback': 'Cancel the rollback',
};

// The one command with which a run that waits or has failed continues.
function primaryOf(run) {
    return ['Held', 'Stalled'].includes(run.state)
        ? run.offers.find(offer => ['approve', 'retry', 'resume'].includes(offer.verb))
        : undefined;
}

export function todoOf({ run, explanation }) {
    const primary = primaryOf(run);
    // What the command says before it asks: it stands beside the command.
    const promise = offer => (offer ? h('p', { class: 'consent' }, prose(offer.promise)) : null);
    const offered = offer => [
        `${names[offer.verb]}${offer.argument ? ` ${offer.argument}` : ''}: `,
        command(offer.command, offer === primary),
    ];
    const others = run.offers.filter(offer => offer !== primary && offer.verb !== 'approve');
    const lines = [
        ...run.holds.map(hold =>
            h(
                'div',
                { class: 'hold' },
                h(
                    'p',
                    null,
                    'Waits for your approval before ',
                    h('strong', null, hold.name),
                    hold.since ? [' for ', elapsed(hold.since)] : '',
                    '.',
                ),
                promise(run.offers.find(offer => offer.verb === 'approve' && offer.argument === hold.name)),
                h('p', null, command(hold.command, hold.command === primary?.command)),
            ),
        ),
        run.nextAction && run.holds.length === 0 ? h('p', { class: 'next' }, prose(run.nextAction)) : null,
        primary && primary.verb !== 'approve' ? [promise(primary), h('p', null, offered(primary))] : null,
        explanation
            ? h(
                  'p',
                  { class: 'explanation' },
                  `${run.reason}: `,
                  prose(explanation),
                  ' More: ',
                  command(`kubectl drydock explain ${run.reason}`),
              )
            : null,
        listOf('To do', run.actionRequired),
    ].filter(Boolean);
    return section(
        'todo',
        'What you must do',
        lines.length > 0
            ? lines
            : h(
                  'p',
                  null,
                  run.state === 'InProgress' ? 'Nothing. The run continues automatically.' : 'Nothing.',
              ),
        listOf('Findings', run.findings),
        others.length > 0 || run.rollbackCost
            ? h(
                  'details',
                  { 'data-key': 'others' },
                  h('summary', { 'data-key': 'summary:others' }, 'Other commands'),
                  run.rollbackCost ? h('p', null, prose(run.rollbackCost)) : null,
                  h('ul', { class: 'plain' }, others.map(offer => h('li', null, offered(offer)))),
              )
            : null,
    );
}

function listOf(name, findings) {
    return findings.length === 0
        ? null
        : [
              h('h3', null, name),
              h(
                  'ul',
                  { class: 'findings' },
                  findings.map(f =>
                      h(
                          'li',
                          null,
                          h('strong', null, f.reason),
                          f.where ? ` ${f.where}: ` : ' ',
                          prose(f.message),
                          f.acknowledge
                              ? [
                                    ' Acknowledge it with ',
                                    h('code', null, f.acknowledge),
                                    ' in spec.preflight.acknowledge.',
                                ]
                              : null,
                      ),
                  ),
              ),
          ];
}

export function downtimeOf({ downtimes }) {
    return downtimes === undefined
        ? []
        : section(
              'downtime',
              'Downtime',
              downtimes.length === 0 ? h('p', null, 'None so far.') : null,
              downtimes.map(({ from, to }) =>
                  h(
                      'p',
                      null,
                      h(
                          'strong',
                          { class: to ? 'clock' : 'clock down' },
                          to ? 'was down for ' : 'down for ',
                          elapsed(from, to),
                      ),
                      h('span', { class: 'muted' }, ' ', moment(from), to ? [' to ', moment(to)] : ' until now'),
                  ),
              ),
          );
}

export function snapshotsOf(list) {
    return list.length === 0
        ? []
        : section(
              'snapshots',
              'Snapshots',
              h(
                  'ul',
                  { class: 'plain' },
                  list.map(snapshot =>
                      h(
                          'li',
                          null,
                          h('strong', null, snapshot.name),
                          `, ${snapshot.purpose}. `,
                          snapshot.problem
                              ? h('span', { class: 'problem' }, prose(snapshot.problem))
                              : [
                                    [snapshot.phase, snapshot.verified ? `verified: ${snapshot.verified}` : 'not verified', snapshot.size]
                                        .filter(Boolean)
                                        .join(', '),
                                    '. ',
                                    snapshot.databases.length > 0
                                        ? `Databases: ${snapshot.databases.join(', ')}. `
                                        : '',
                                    snapshot.message ?? '',
                                ],
                      ),
                  ),
              ),
          );
}

export function historyOf(entries) {
    return entries.length === 0
        ? []
        : section(
              'history',
              'History',
              h(
                  'ol',
                  { class: 'plain' },
                  entries.map(entry =>
                      h('li', null, moment(entry.at), ' ', h('strong', null, entry.what), ' ', prose(entry.text)),
                  ),
              ),
          );
}

export function factsOf({ run, target }) {
    const facts = [
        target ? fact('Target', target) : null,
        run.startedAt ? fact('First preflight', moment(run.startedAt)) : null,
        run.firstStepAt ? fact('First step', moment(run.firstStepAt)) : null,
        run.finishedAt ? fact('Finished', moment(run.finishedAt)) : null,
    ].filter(Boolean);
    return facts.length === 0 ? [] : section('facts', 'Target and times', h('dl', { class: 'facts' }, facts));
}
