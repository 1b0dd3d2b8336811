// What differs between the plans of two runs, or between two plans of one run.

import { get, runHash, runPath } from './api.js';
import { announce, h, prose } from './dom.js';

export function compareView(route) {
    const result = h('div', { 'aria-live': 'polite' });
    const [own, other, otherPlan] = ['own-plan', 'other', 'other-plan'].map(id => h('select', { id }));
    const plans = new Map();
    let asked = 0;

    async function plansOf(run) {
        const key = runPath(run);
        if (!plans.has(key)) {
            plans.set(key, (await get(`${key}/page`)).run.plans);
        }
        return plans.get(key);
    }

    const options = (list, chosen) =>
        list.map(plan =>
            h(
                'option',
                { value: plan.name, selected: plan.name === chosen },
                `${plan.name} ${plan.hash.slice(7, 15)}`,
            ),
        );

    async function pickOther() {
        const mine = ++asked;
        const [kind, namespace, name] = other.value.split('/');
        const list = await plansOf({ kind, namespace, name });
        if (mine === asked) {
            otherPlan.replaceChildren(...options(list));
            await compare();
        }
    }

    // The answer to a question that the user has changed meanwhile is dropped.
    async function compare() {
        const mine = ++asked;
        try {
            const difference = await get(`${runPath(route)}/difference`, {
                plan: own.value,
                with: other.value,
                withPlan: otherPlan.value,
            });
            if (mine === asked) {
                result.replaceChildren(...differenceOf(difference));
                announce(result.querySelector('p').textContent);
            }
        } catch (failure) {
            if (mine === asked) {
                fail(failure);
            }
        }
    }

    own.addEventListener('change', compare);
    other.addEventListener('change', () => pickOther().catch(fail));
    otherPlan.addEventListener('change', compare);

    function fail(failure) {
        result.replaceChildren(h('p', { class: 'problem' }, prose(failure.message)));
    }

    return {
        title: `Compare ${route.namespace}/${route.name}`,
        elements: [
            h(
                'nav',
                { class: 'crumbs', 'aria-label': 'Path' },
                h('a', { href: '#/' }, 'All runs'),
                ` / ${route.kind}`,
            ),
            h('h1', { tabindex: '-1' }, `Compare the plan of ${route.namespace}/${route.name}`),
            h(
                'nav',
                { class: 'tabs', 'aria-label': 'Views of this run' },
                h('a', { href: runHash(route) }, 'Run'),
                h('a', { href: runHash(route, 'plan') }, 'Plan'),
                h('a', { href: runHash(route, 'compare'), 'aria-current': 'page' }, 'Compare'),
            ),
            h(
                'div',
                { class: 'tools' },
                h('label', { for: 'own-plan' }, 'Plan of this run ', own),
                h('label', { for: 'other' }, 'Compared with ', other),
                h('label', { for: 'other-plan' }, 'and its plan ', otherPlan),
            ),
            result,
        ],
        async start() {
            try {
                own.replaceChildren(...options(await plansOf(route)));
                const { runs } = await get('runs');
                const self = run =>
                    run.kind === route.kind && run.namespace === route.namespace && run.name === route.name;
                other.replaceChildren(
                    ...runs
                        .filter(run => run.kind === route.kind)
                        .map(run =>
                            h(
                                'option',
                                {
                                    value: `${run.kind}/${run.namespace}/${run.name}`,
                                    'data-self': self(run),
                                },
                                `${run.namespace}/${run.name}${self(run) ? ' (this run)' : ''}`,
                            ),
                        ),
                );
                const others = [...other.options].filter(option => option.dataset.self === undefined);
                const near = others.find(option => option.value.split('/')[1] === route.namespace);
                const first = near ?? others[0] ?? other.options[0];
                if (!first) {
                    throw new Error(`You may list no ${route.kind}, so there is nothing to compare with.`);
                }
                first.selected = true;
                await pickOther();
            } catch (failure) {
                fail(failure);
            }
        },
    };
}

function differenceOf(d) {
    const lines =
        d.added.length + d.removed.length + d.changed.length + d.addedNotes.length + d.removedNotes.length;
    const list = (title, name, sign, items) =>
        items.length === 0
            ? null
            : h(
                  'section',
                  null,
                  h('h2', null, title),
                  h(
                      'ul',
                      { class: `difference ${name}` },
                      items.map(item => h('li', null, h('span', { class: 'sign' }, sign), item)),
                  ),
              );
    return [
        h(
            'p',
            null,
            lines === 0
                ? `Both plans do the same: ${d.before.run} ${d.before.plan} and ${d.after.run} ${d.after.plan}.`
                : `Compared with ${d.before.plan} of ${d.before.run}: ${d.added.length} added, ` +
                      `${d.removed.length} removed, ${d.changed.length} changed.`,
        ),
        list(
            'Removed steps',
            'removed',
            '−',
            d.removed.map(step => [h('strong', null, step.id), ` ${step.title}`]),
        ),
        list(
            'Added steps',
            'added',
            '+',
            d.added.map(step => [h('strong', null, step.id), ` ${step.title}`]),
        ),
        list(
            'Changed steps',
            'changed',
            '~',
            d.changed.map(step => [
                h('strong', null, step.id),
                h(
                    'ul',
                    null,
                    step.fields.map(field =>
                        h(
                            'li',
                            null,
                            `${field.name}: `,
                            h('del', null, field.before ?? '(absent)'),
                            ' → ',
                            h('ins', null, field.after ?? '(absent)'),
                        ),
                    ),
                ),
            ]),
        ),
        list(
            'Removed notes',
            'removed',
            '−',
            d.removedNotes.map(note => prose(note)),
        ),
        list(
            'Added notes',
            'added',
            '+',
            d.addedNotes.map(note => prose(note)),
        ),
    ].filter(Boolean);
}
