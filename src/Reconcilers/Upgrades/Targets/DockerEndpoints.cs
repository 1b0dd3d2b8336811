namespace Drydock.Reconcilers.Upgrades;

internal sealed class DockerEndpoints(
    IDockerClientFactory factory, TimeProvider? time = null) : IDockerEndpoints, IAsyncDisposable
{
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<DockerEndpoint, CachedClient> _clients = [];

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

    public IDockerClient Get(DockerEndpoint endpoint)
    {
        lock (_gate)
        {
            Forget();
            if (!_clients.TryGetValue(endpoint, out var kept))
            {
                _clients[endpoint] = kept = new CachedClient(factory.Create(endpoint));
            }

            kept.LastAsked = _time.GetTimestamp();
            return kept.Client;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<IDockerClient> clients;
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

    private void Forget()
    {
        foreach (var (endpoint, kept) in _clients)
        {
            if (_time.GetElapsedTime(kept.LastAsked) > KeptFor)
            {
                _clients.Remove(endpoint);
            }
        }
    }

    private sealed class CachedClient(IDockerClient client)
    {
        public IDockerClient Client => client;

        public long LastAsked { get; set; }
    }
}
