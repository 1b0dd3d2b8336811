// The parts of the page of one run.

import { changeButton, changeName } from './changes.js';
import { badge, command, duration, elapsed, h, mark, marks, moment, prose } from './dom.js';
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

export function headOf({ run, target }) {
    const fact = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, value));
    return [
        h(
            'p',
            { class: 'state' },
            badge(run.state),
            ' ',
            h('strong', null, run.phase),
            run.reason && run.reason !== run.phase ? ` · ${run.reason}` : '',
            ` · ${run.fromVersion} → ${run.toVersion}`,
        ),
        h('p', { class: 'message' }, prose(run.message)),
        h(
            'dl',
            { class: 'facts' },
            target ? fact('Target', target) : null,
            fact('Steps', progress(run.progress)),
            run.instances ? fact('Instances', run.instances) : null,
            run.firstStepAt
                ? fact(run.finishedAt ? 'Took' : 'Elapsed', elapsed(run.firstStepAt, run.finishedAt))
                : null,
            run.remainingSeconds !== undefined && run.state === 'InProgress'
                ? fact('Remaining', `about ${duration(run.remainingSeconds)}`)
                : null,
            run.downtimeSince
                ? fact('Downtime', h('span', { class: 'down' }, 'down for ', elapsed(run.downtimeSince)))
                : run.downtimeSeconds !== undefined
                  ? fact('Downtime', `was down for ${duration(run.downtimeSeconds)}`)
                  : null,
            run.startedAt ? fact('First preflight', moment(run.startedAt)) : null,
            run.firstStepAt ? fact('First step', moment(run.firstStepAt)) : null,
            run.finishedAt ? fact('Finished', moment(run.finishedAt)) : null,
        ),
        run.nextAction && run.holds.length === 0
            ? h('p', null, h('strong', null, 'Next: '), prose(run.nextAction))
            : null,
        run.rollbackCost ? h('p', null, h('strong', null, 'Rollback: '), prose(run.rollbackCost)) : null,
        run.state === 'Stalled' && run.reason
            ? h('p', null, h('strong', null, 'What it means: '), command(`kubectl drydock explain ${run.reason}`))
            : null,
    ];
}

export function holdsOf(page, about) {
    return page.run.holds.length === 0
        ? []
        : h(
              'section',
              { class: 'holds', 'aria-labelledby': 'holds-title' },
              h('h2', { id: 'holds-title' }, 'Waits for your approval'),
              page.run.holds.map(hold =>
                  h(
                      'div',
                      { class: 'hold' },
                      h(
                          'p',
                          null,
                          'Before ',
                          h('strong', null, hold.name),
                          hold.since ? [' for ', elapsed(hold.since)] : '',
                          `, as ${hold.approval}.`,
                      ),
                      h('p', null, command(hold.command)),
                      about.isWritable ? changeButton(page, 'approve', hold.name, 'hold') : null,
                  ),
              ),
          );
}

export function changesOf(page, about) {
    const offers = page.run.offers;
    return offers.length === 0
        ? []
        : h(
              'section',
              { 'aria-labelledby': 'changes-title' },
              h('h2', { id: 'changes-title' }, about.isWritable ? 'Changes' : 'Commands'),
              about.isWritable
                  ? h(
                        'div',
                        { class: 'buttons' },
                        offers.map(offer => changeButton(page, offer.verb, offer.argument)),
                    )
                  : h(
                        'ul',
                        { class: 'plain' },
                        offers.map(offer =>
                            h('li', null, `${changeName(offer.verb, offer.argument)}: `, command(offer.command)),
                        ),
                    ),
          );
}

export function listOf(name, findings) {
    const id = `list-${name.replace(' ', '')}`;
    return findings.length === 0
        ? null
        : h(
              'section',
              { 'aria-labelledby': id },
              h('h2', { id }, name),
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
          );
}

export function snapshotsOf(list) {
    return list.length === 0
        ? []
        : h(
              'section',
              { 'aria-labelledby': 'snapshots-title' },
              h('h2', { id: 'snapshots-title' }, 'Snapshots'),
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
                                    [snapshot.phase, snapshot.verified ? 'verified' : 'not verified', snapshot.size]
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
        : h(
              'section',
              { 'aria-labelledby': 'history-title' },
              h('h2', { id: 'history-title' }, 'History'),
              h(
                  'ol',
                  { class: 'plain' },
                  entries.map(entry =>
                      h('li', null, moment(entry.at), ' ', h('strong', null, entry.what), ' ', prose(entry.text)),
                  ),
              ),
          );
}
