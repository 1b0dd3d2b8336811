// Requests to the program that serves this page.

const base = new URL('api/', document.baseURI);
const within = 20_000;

const address = run => [run.kind, run.namespace, run.name].map(encodeURIComponent).join('/');

export const runPath = run => `runs/${address(run)}`;

export const runHash = run => `#/${address(run)}`;

async function request(path) {
    try {
        return await fetch(new URL(path, base), { signal: AbortSignal.timeout(within) });
    } catch (failure) {
        throw new Error(
            failure.name === 'TimeoutError'
                ? `The dashboard did not answer within ${within / 1000} s.`
                : 'The dashboard does not answer. If it has ended, start it again and open the address that it prints.',
        );
    }
}

export async function get(path) {
    const response = await request(path);
    const body = await response.json().catch(() => ({ message: `The dashboard answered ${response.status}.` }));
    if (!response.ok) {
        throw new Error(body.message);
    }
    return body;
}
