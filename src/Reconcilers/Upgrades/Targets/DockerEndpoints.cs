using Drydock.Clients.Docker;

namespace Drydock.Reconcilers.Upgrades;

/// <inheritdoc cref="IDockerEndpoints" />
/// <remarks> A client that was not requested for a while is no longer kept, with its keys: a tenant that renews a
/// Secret often must not fill the memory. Who still holds it may use it to the end; its idle connections close after a
/// minute, and it is collected with its last holder. </remarks>
/// <param name="factory">Makes clients.</param>
/// <param name="time">The clock; null for the system's.</param>
internal sealed class DockerEndpoints(
    IDockerClientFactory factory, TimeProvider? time = null) : IDockerEndpoints, IAsyncDisposable
{
    /// <summary>How long a client is kept after it was last asked for.</summary>
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<DockerEndpoint, CachedClient> _clients = [];

    /// <summary>How many clients are kept.</summary>
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
