namespace Drydock.Reconcilers.Upgrades;

/// <summary>Hands out dockerd clients, one for each endpoint and set of credentials, shared by all that ask for the
/// same.</summary>
internal sealed class DockerEndpoints(Func<DockerEndpoint, DockerClient> create, TimeProvider time) : IAsyncDisposable
{
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<DockerEndpoint, (DockerClient Client, long LastAsked)> _clients = [];

    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count;
            }
        }
    }

    /// <exception cref="DockerEndpointException">The endpoint is unusable: unknown scheme, or TLS material missing or
    /// extra.</exception>
    public DockerClient Get(DockerEndpoint endpoint)
    {
        lock (_gate)
        {
            foreach (var (other, kept) in _clients)
            {
                if (time.GetElapsedTime(kept.LastAsked) > KeptFor)
                {
                    _clients.Remove(other);
                }
            }

            var client = _clients.TryGetValue(endpoint, out var known) ? known.Client : create(endpoint);
            _clients[endpoint] = (client, time.GetTimestamp());
            return client;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<DockerClient> clients;
        lock (_gate)
        {
            clients = [.. _clients.Values.Select(kept => kept.Client)];
            _clients.Clear();
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }
}
