// One run.

import { get, runHash, runPath } from './api.js';
import { h, prose, setNow, show, stateAnnouncer, timeless } from './dom.js';
import { showPlans } from './phases.js';
import {
  changesOf,
  headOf,
  historyOf,
  holdsOf,
  legend,
  listOf,
  snapshotsOf,
} from './sections.js';
import { mayHold, stepPanel, timesOf } from './step.js';
import { timeline } from './timeline.js';

// Seconds after which what only time changes is drawn again.
const redrawAfter = 5;

export function runView(route, about) {
    const part = () => h('div');
    const [head, holds, changes, found, plans, snapshots, history] = Array.from({ length: 7 }, part);
    const panel = h('div', { class: 'panel', 'aria-live': 'off' });
    const picture = h('div', {
        class: 'scroll',
        role: 'region',
        'aria-label': 'Picture of the timeline',
        tabindex: '0',
    });
    const steps = h(
        'section',
        { 'aria-labelledby': 'timeline-title' },
        h('h2', { id: 'timeline-title' }, 'Timeline'),
        legend(),
        picture,
        panel,
    );
    const title = h('h1', { tabindex: '-1' }, `${route.namespace}/${route.name}`);
    const problem = h('div', { role: 'alert' });
    const announceState = stateAnnouncer();
    let page = null;
    let chosen = null;
    let ticks = 0;
    let named = null;
    let isReading = false;
    let isAsked = false;
    let areFinal = true;

    function choose(key) {
        chosen = key;
        draw();
        panel.querySelector('h3')?.scrollIntoView({ block: 'nearest' });
    }

    function drawTimeline() {
        const width = Math.max(picture.clientWidth, 640);
        show(
            picture,
            [timeless(page.run.plans), page.downtimes, chosen, width, page.run.finishedAt ? 0 : ticks],
            () => timeline(page, width, chosen, choose) ?? h('p', { class: 'muted' }, 'No step has begun.'),
        );
    }

    function draw() {
        const { run } = page;
        show(
            head,
            {
                ...timeless({ ...run, plans: null }),
                remainingSeconds: run.remainingSeconds,
                downtimeSeconds: run.downtimeSince ? null : run.downtimeSeconds,
            },
            () => headOf(page),
        );
        show(holds, run.holds, () => holdsOf(page, about));
        show(changes, page.run.offers, () => changesOf(page, about));
        show(found, [run.findings, run.actionRequired], () => [
            listOf('Findings', run.findings),
            listOf('To do', run.actionRequired),
        ]);
        showPlans(plans, run.plans, choose);
        show(history, page.history, () => historyOf(page.history));
        drawTimeline();
        const [plan, step] =
            run.plans
                .flatMap(p => p.phases.flatMap(phase => phase.steps.map(s => [p, s])))
                .find(([p, s]) => `${p.name}:${s.id}` === chosen) ?? [];
        const canHold = about.isWritable && mayHold(run, plan);
        show(panel, [timeless(step ?? null), chosen, canHold], () =>
            step ? stepPanel(page, step, null, canHold) : [],
        );
    }

    // The snapshots are other objects, so they change without an event of the run.
    function snapshotsChanged() {
        const key = JSON.stringify([page.snapshots, page.run.phase, page.run.progress, page.run.message]);
        const isNew = key !== named;
        named = key;
        return isNew;
    }

    async function readSnapshots() {
        isAsked = true;
        if (isReading) {
            return;
        }
        isReading = true;
        while (isAsked) {
            isAsked = false;
            const list =
                page.snapshots.length > 0
                    ? await get(`${runPath(page.run)}/snapshots`).catch(failure =>
                          page.snapshots.map(s => ({ ...s, problem: failure.message })),
                      )
                    : [];
            areFinal = list.every(s => ['Succeeded', 'Expired'].includes(s.phase) && !s.problem);
            show(snapshots, list, () => snapshotsOf(list));
        }
        isReading = false;
    }

    return {
        title: `${route.namespace}/${route.name}`,
        elements: [
            h(
                'nav',
                { class: 'crumbs', 'aria-label': 'Path' },
                h('a', { href: '#/' }, 'All runs'),
                ` / ${route.kind}`,
            ),
            title,
            h(
                'nav',
                { class: 'tabs', 'aria-label': 'Views of this run' },
                h('a', { href: runHash(route), 'aria-current': 'page' }, 'Run'),
                h('a', { href: runHash(route, 'plan') }, 'Plan'),
                h('a', { href: runHash(route, 'compare') }, 'Compare'),
            ),
            problem,
            head,
            holds,
            found,
            steps,
            changes,
            snapshots,
            plans,
            history,
        ],
        stream: `${runPath(route)}/events`,
        listeners: {
            run(next) {
                page = next;
                setNow(page.run.at, timesOf(page.run));
                show(problem, [], () => []);
                announceState(page.run);
                const short = page.run.state === 'InProgress' ? (page.run.progress ?? '') : page.run.state;
                document.title = `${short} ${page.run.name} – Drydock`;
                draw();
                if (snapshotsChanged()) {
                    readSnapshots();
                }
            },
            gone: next => show(problem, next, () => h('p', { class: 'problem' }, next.message)),
            problem: next => show(problem, next, () => h('p', { class: 'problem' }, prose(next.message))),
        },
        resize: () => page && drawTimeline(),
        tick() {
            ticks++;
            if (!page || ticks % redrawAfter !== 0) {
                return;
            }
            if (!page.run.finishedAt) {
                drawTimeline();
            }
            if (!areFinal) {
                readSnapshots();
            }
        },
    };
}
