// Requests to the program that serves this page.

const base = new URL('api/', document.baseURI);

export function runPath(run) {
    return ['runs', run.kind, run.namespace, run.name].map(encodeURIComponent).join('/');
}

export function runHash(run, part) {
    return '#/' + [run.kind, run.namespace, run.name, ...(part ? [part] : [])].map(encodeURIComponent).join('/');
}

// A read, and a write with the minute in which the operator takes it up, in milliseconds.
const readWithin = 20_000;
const writeWithin = 90_000;

async function request(url, options, within, ifLate) {
    let response;
    try {
        response = await fetch(url, { ...options, signal: AbortSignal.timeout(within) });
    } catch (failure) {
        throw new Error(
            failure.name === 'TimeoutError'
                ? `The dashboard did not answer within ${within / 1000} s. ${ifLate}`
                : 'The dashboard does not answer. If it has ended, start it again and open the address that it prints.',
        );
    }
    const body = await response.json().catch(() => ({ message: `The dashboard answered ${response.status}.` }));
    if (!response.ok) {
        throw new Error(body.message);
    }
    return body;
}

export async function get(path, query) {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query ?? {})) {
        if (value) {
            url.searchParams.set(name, value);
        }
    }
    return request(url, {}, readWithin, 'Close other windows of it, then try again.');
}

export async function post(path, body) {
    return request(
        new URL(path, base),
        { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) },
        writeWithin,
        'It is unknown whether the change was written. Read the state of the run before you repeat it.',
    );
}

// Listens to a stream. Returns what ends it.
export function listen(path, listeners, onState) {
    const source = new EventSource(new URL(path, base));
    source.onopen = () => onState('Connecting');
    // A browser repeats a lost connection, but not one that was refused: a new dashboard has another token.
    source.onerror = () =>
        onState(
            source.readyState === EventSource.CLOSED
                ? 'Disconnected. Open the address that the dashboard printed'
                : 'Disconnected. Connecting again',
        );
    source.addEventListener('unreachable', () => onState('Not live: the API server does not answer'));
    for (const [name, listener] of Object.entries(listeners)) {
        source.addEventListener(name, event => {
            onState(name === 'problem' ? 'Not live: the run cannot be read' : 'Live');
            listener(JSON.parse(event.data));
        });
    }
    return () => source.close();
}
