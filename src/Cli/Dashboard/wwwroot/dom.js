// Elements, texts and times.

const svgSpace = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) {
            continue;
        }
        if (name === 'on') {
            for (const [event, listener] of Object.entries(value)) {
                element.addEventListener(event, listener);
            }
        } else {
            element.setAttribute(name, value === true ? '' : value);
        }
    }
    element.append(
        ...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false),
    );
    return element;
}

export function h(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
    return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

// Replaces what an element contains only if what is shown changed; the focus stays where it was.
export function show(container, data, build) {
    const text = JSON.stringify(data);
    if (container.shown === text) {
        return false;
    }
    container.shown = text;
    const focused = container.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const open = new Map([...container.querySelectorAll('details[data-key]')].map(d => [d.dataset.key, d.open]));
    const built = build();
    container.replaceChildren(...[built].flat(Infinity).filter(Boolean));
    for (const details of container.querySelectorAll('details[data-key]')) {
        details.open = open.get(details.dataset.key) ?? details.open;
    }
    if (focused) {
        container.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    return true;
}

// One element for each item, kept while its key is there: what did not change keeps focus, scroll and selection.
export function sync(container, items, keyOf, create, update) {
    const former = container.items ?? new Map();
    container.items = new Map(items.map(item => [keyOf(item), former.get(keyOf(item)) ?? create(item)]));
    for (const [key, element] of former) {
        if (!container.items.has(key)) {
            element.remove();
        }
    }
    const focused = container.contains(document.activeElement) ? document.activeElement : null;
    let place = container.firstElementChild;
    for (const item of items) {
        const element = container.items.get(keyOf(item));
        if (element === place) {
            place = place.nextElementSibling;
        } else {
            container.insertBefore(element, place);
        }
        update(element, item);
    }
    // An element that was moved has lost the focus.
    if (focused?.isConnected && focused !== document.activeElement && document.activeElement === document.body) {
        focused.focus({ preventScroll: true });
    }
}

// Without what only time changes: the page counts durations itself.
const counted = ['at', 'elapsedSeconds', 'remainingSeconds'];

export function timeless(value) {
    const text = JSON.stringify(value, function (name, part) {
        const isCounted = counted.includes(name) || (name === 'downtimeSeconds' && this.downtimeSince);
        return isCounted ? undefined : part;
    });
    return JSON.parse(text);
}

// Text of the operator: what is in backquotes is code. It may quote text of others, so no part of it gets a button;
// commands to copy come in fields of their own.
export function prose(text) {
    const parts = (text ?? '').split('`');
    return parts.map((part, index) => {
        if (index % 2 === 0 || index === parts.length - 1) {
            return index % 2 === 1 ? '`' + part : part;
        }
        return h('code', null, part);
    });
}

export function command(text, isPrimary) {
    const button = h(
        'button',
        {
            type: 'button',
            class: isPrimary ? 'copy main' : 'copy',
            'data-key': `copy:${text}`,
            'aria-label': `Copy the command ${text}`,
            on: { click: () => copy(text, button) },
        },
        'Copy',
    );
    return h('span', { class: 'command' }, h('code', null, text), button);
}

async function copy(text, button) {
    try {
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
        announce('Copied.');
    } catch {
        getSelection().selectAllChildren(button.previousSibling);
        button.textContent = 'Press Ctrl+C';
    }
    setTimeout(() => {
        button.textContent = 'Copy';
    }, 2000);
}

export function announce(text) {
    document.getElementById('announcer').textContent = text;
}


// The clock of the program that serves this page. Times of a run come from the operator: if one of them is in the
// future, the clock of this machine is late by at least as much. A clock that is early cannot be noticed so.
let offset = 0;
let late = 0;

export function setNow(at, times) {
    const known = times.filter(Boolean).map(time => Date.parse(time));
    late = Math.max(late, ...known.map(time => time - Date.parse(at)));
    offset = Date.parse(at) + late - Date.now();
    document.getElementById('clock').textContent =
        late > 5000
            ? `The clock of this machine is at least ${duration(late / 1000)} late. The page corrects its durations.`
            : '';
}

export function now() {
    return Date.now() + offset;
}

export function duration(seconds) {
    const all = Math.max(Math.round(seconds), 0);
    const [days, hours, minutes, rest] = [
        Math.floor(all / 86400),
        Math.floor(all / 3600) % 24,
        Math.floor(all / 60) % 60,
        all % 60,
    ];
    if (days > 0) {
        return `${days}d${hours}h`;
    }
    if (hours > 0) {
        return `${hours}h${minutes}m`;
    }
    return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

// How long something takes since a moment; it counts on until there is an end.
export function elapsed(from, to) {
    if (!from) {
        return '';
    }
    if (to) {
        return duration((Date.parse(to) - Date.parse(from)) / 1000);
    }
    return h('span', { 'data-since': from }, duration((now() - Date.parse(from)) / 1000));
}

export function tick(root) {
    for (const element of root.querySelectorAll('[data-since]')) {
        element.textContent = duration((now() - Date.parse(element.dataset.since)) / 1000);
    }
}

export function moment(text) {
    return text
        ? h('time', { datetime: text }, new Date(text).toISOString().replace('T', ' ').slice(0, 19) + ' UTC')
        : '';
}

// A run that was rolled back has reached the state that its spec asks for, but nobody should take it for an upgrade.
export function stateOf(run) {
    return run.state === 'Ready' && run.phase === 'RolledBack' ? 'RolledBack' : run.state;
}

// What needs a person comes first.
export const states = {
    Stalled: ['✖', 'stalled'],
    Held: ['‖', 'held'],
    InProgress: ['●', 'in progress'],
    RolledBack: ['↩', 'rolled back'],
    Ready: ['✔', 'ready'],
};

export function badge(run) {
    const [sign, word] = states[stateOf(run)];
    return h('span', { class: `badge ${stateOf(run)}` }, `${sign} ${word[0].toUpperCase()}${word.slice(1)}`);
}

export const marks = {
    Pending: ['○', 'pending'],
    Held: ['‖', 'held'],
    Running: ['●', 'running'],
    Succeeded: ['✔', 'done'],
    Accepted: ['✔', 'accepted'],
    Failed: ['✖', 'failed'],
    Unknown: ['?', 'unknown'],
};

export function mark(name) {
    const [sign, word] = marks[name] ?? ['?', name];
    return h('span', { class: `mark ${name}` }, `${sign} ${word}`);
}
