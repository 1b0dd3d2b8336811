// When each step of a run ran, a row for each node.

import { duration, marks, now, s } from './dom.js';
import { roving } from './roving.js';
import { timescale } from './timescale.js';

const label = 118;
const lane = 26;
const bar = 20;
const narrowest = 4;

// page: the view of the run; chosen: the id of the selected step. Returns null if nothing began.
export function timeline(page, width, chosen, choose) {
    const steps = page.run.plans
        .flatMap(plan =>
            plan.phases.flatMap(phase =>
                phase.steps.map(step => ({
                    ...step,
                    plan: plan.name,
                    phase: phase.name,
                    key: `${plan.name}:${step.id}`,
                    from: Date.parse(step.startedAt),
                    to: step.finishedAt ? Date.parse(step.finishedAt) : now(),
                })),
            ),
        )
        .filter(step => step.startedAt);
    if (steps.length === 0) {
        return null;
    }
    const downs = (page.downtimes ?? []).map(d => ({
        from: Date.parse(d.from),
        to: d.to ? Date.parse(d.to) : now(),
        isOpen: !d.to,
    }));
    const attempts = (page.attempts ?? []).map(a => ({ ...a, from: Date.parse(a.from), to: Date.parse(a.to) }));
    const isOpen = (!page.run.finishedAt && steps.some(step => !step.finishedAt)) || downs.some(down => down.isOpen);
    const right = 12;
    const scale = timescale(
        [
            ...steps.map(step => [step.from, step.to]),
            ...attempts.map(attempt => [attempt.from, attempt.to]),
            ...downs.flatMap(({ from, to }) => [[from, from], [to, to]]),
        ],
        label,
        width - label - right,
    );
    const x = scale.position;
    const children = [];
    let y = 22;

    const phases = page.run.plans.flatMap(plan =>
        plan.phases
            .filter(p => p.startedAt)
            .map(phase => ({
                name: phase.name,
                mark: phase.mark,
                from: Date.parse(phase.startedAt),
                to: Math.max(
                    ...phase.steps
                        .filter(t => t.startedAt)
                        .map(t => (t.finishedAt ? Date.parse(t.finishedAt) : now())),
                ),
            })),
    );
    const rows = [
        { name: 'Phases', items: phases, draw: drawPhase },
        ...(downs.length > 0 ? [{ name: 'Downtime', items: downs, draw: drawDown }] : []),
        ...(attempts.length > 0 ? [{ name: 'Ended attempts', items: attempts, draw: drawAttempt }] : []),
        ...byNode(steps).map(([name, items]) => ({ name, items, draw: drawStep })),
    ];

    // texts: the first one that fits is shown.
    function drawBar({ from, to }, top, attributes, title, texts) {
        const [left, size] = [x(from), Math.max(x(to) - x(from), narrowest)];
        const text = texts.find(t => size > 12 + 6.4 * t.length);
        return s(
            'g',
            attributes,
            s('title', null, title),
            s('rect', { x: left, y: top, width: size, height: bar, rx: attributes.class === 'outage' ? null : 3 }),
            text ? s('text', { x: left + 5, y: top + 14 }, text) : null,
        );
    }

    function drawPhase(phase, top) {
        return drawBar(phase, top, { class: `phase ${phase.mark}` }, `Phase ${phase.name}`, [phase.name]);
    }

    function drawDown(down, top) {
        const text = `${down.isOpen ? 'down for' : 'was down for'} ${duration((down.to - down.from) / 1000)}`;
        return drawBar(down, top, { class: 'outage' }, text, [text]);
    }

    function drawAttempt(attempt, top) {
        const text = `Attempt ${attempt.number}`;
        return drawBar(attempt, top, { class: 'attempt Failed' }, `${text}: ${attempt.text}`, [text]);
    }

    function drawStep(step, top) {
        const [sign, word] = marks[step.mark];
        const took = duration((step.to - step.from) / 1000);
        const short =
            step.id
                .split('/')
                .slice(1)
                .filter(part => part !== step.node)
                .join('/') || step.phase;
        return drawBar(
            step,
            top,
            {
                class: `step ${step.mark}`,
                role: 'button',
                'data-item': true,
                'data-key': `bar:${step.key}`,
                'data-step': step.key,
                'data-current': String(step.key === chosen),
                'aria-pressed': String(step.key === chosen),
                'aria-label': `${step.id}, ${step.node ?? 'system'}, ${word}, ${took}`,
            },
            `${step.id}: ${step.title}\n${word}, ${took}${step.message ? `\n${step.message}` : ''}`,
            [`${sign} ${short}`, sign],
        );
    }

    const items = [];
    rows.forEach((row, index) => {
        const lanes = pack(row.items, x);
        const height = lanes.length * lane + 4;
        children.push(
            s('rect', { class: index % 2 ? 'band odd' : 'band', x: 0, y, width, height }),
            s(
                'text',
                { class: 'node', x: 6, y: y + 18 },
                row.name.length > 16 ? `${row.name.slice(0, 15)}…` : row.name,
                s('title', null, row.name),
            ),
        );
        lanes.forEach((entries, at) => {
            for (const entry of entries) {
                const drawn = row.draw(entry, y + 4 + at * lane);
                children.push(drawn);
                if (row.draw === drawStep) {
                    items.push({ element: drawn, row: index, x: x(entry.from) });
                }
            }
        });
        y += height;
    });

    const height = y + 4;
    const isFree = tick =>
        tick.x < width - 20 && scale.gaps.every(gap => Math.abs(tick.x - gap.x - gap.width / 2) > 58);
    const lines = [
        s('text', { class: 'zone', x: 6, y: 13 }, 'UTC'),
        ...scale.ticks.found.map(tick =>
            s(
                'g',
                { class: 'tick' },
                s('title', null, `${new Date(tick.at).toLocaleString()} on this machine`),
                s('line', { x1: tick.x, x2: tick.x, y1: 18, y2: height }),
                isFree(tick) ? s('text', { x: tick.x, y: 13 }, clock(tick.at, scale.ticks.step)) : null,
            ),
        ),
        ...scale.gaps.map(gap =>
            s(
                'g',
                { class: 'gap' },
                s('rect', { x: gap.x, y: 18, width: gap.width, height: height - 18 }),
                s('title', null, `${duration((gap.to - gap.from) / 1000)} without a running step, shortened`),
                s('text', { x: gap.x + gap.width / 2, y: 13 }, `≈${duration((gap.to - gap.from) / 1000)}`),
            ),
        ),
        isOpen
            ? s(
                  'g',
                  { class: 'now' },
                  s('title', null, 'Now'),
                  s('line', { x1: x(now()), x2: x(now()), y1: 18, y2: height }),
              )
            : null,
    ];
    const picture = s(
        'svg',
        {
            class: 'timeline',
            width,
            height,
            viewBox: `0 0 ${width} ${height}`,
            role: 'group',
            'aria-label': 'Steps by node and time. The arrow keys move between steps, Enter shows one.',
        },
        children.filter(c => c.classList.contains('band')),
        lines.filter(Boolean),
        children.filter(c => !c.classList.contains('band')),
    );
    keys(picture, items, choose);
    return picture;
}

function keys(picture, items, choose) {
    const nearest = (from, row) =>
        items.filter(item => item.row === row).sort((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0]
            ?.element;
    const rowsUsed = [...new Set(items.map(item => item.row))].sort((a, b) => a - b);
    roving(
        picture,
        items.map(item => item.element),
        (element, key) => {
            const from = items.find(item => item.element === element);
            const same = items.filter(item => item.row === from.row).sort((a, b) => a.x - b.x);
            const at = same.indexOf(from);
            const row = rowsUsed.indexOf(from.row);
            switch (key) {
                case 'ArrowRight':
                    return same[at + 1]?.element;
                case 'ArrowLeft':
                    return same[at - 1]?.element;
                case 'ArrowDown':
                    return nearest(from, rowsUsed[row + 1]);
                case 'ArrowUp':
                    return nearest(from, rowsUsed[row - 1]);
                default:
                    return null;
            }
        },
        element => choose(element.dataset.step),
    );
}

// Nodes in the order of the plan, the system first.
function byNode(steps) {
    const rows = Map.groupBy(steps, step => step.node ?? 'System');
    return [...rows].sort(([a], [b]) => (b === 'System') - (a === 'System'));
}

// Entries that overlap go below each other.
function pack(entries, x) {
    const lanes = [];
    for (const entry of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
        const free = lanes.find(
            l => x(entry.from) >= Math.max(x(l.at(-1).to), x(l.at(-1).from) + narrowest) - 0.01,
        );
        if (free) {
            free.push(entry);
        } else {
            lanes.push([entry]);
        }
    }
    return lanes.length > 0 ? lanes : [[]];
}

function clock(at, step) {
    const text = new Date(at).toISOString();
    return step < 60_000 ? text.slice(11, 19) : step < 86_400_000 ? text.slice(11, 16) : text.slice(5, 10);
}
