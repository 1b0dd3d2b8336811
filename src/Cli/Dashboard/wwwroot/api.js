// Requests to the program that serves this page.

const base = new URL('api/', document.baseURI);

export function runPath(run) {
    return ['runs', run.kind, run.namespace, run.name].map(encodeURIComponent).join('/');
}

export function runHash(run, part) {
    return '#/' + [run.kind, run.namespace, run.name, ...(part ? [part] : [])].map(encodeURIComponent).join('/');
}

async function answer(response) {
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
    return answer(await fetch(url));
}

export async function post(path, body) {
    return answer(
        await fetch(new URL(path, base), {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify(body),
        }),
    );
}

// Listens to a stream; the browser connects again after a break. Returns what ends it.
export function listen(path, listeners, onState) {
    const source = new EventSource(new URL(path, base));
    source.onopen = () => onState('Live');
    source.onerror = () => onState('Disconnected. Connecting again');
    for (const [name, listener] of Object.entries(listeners)) {
        source.addEventListener(name, event => listener(JSON.parse(event.data)));
    }
    return () => source.close();
}
