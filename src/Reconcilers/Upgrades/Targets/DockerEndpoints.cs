namespace Drydock.Reconcilers.Upgrades;

internal sealed class DockerEndpoints(
    IDockerClientFactory factory, TimeProvider? time = null) : IDockerEndpoints, IAsyncDisposable
{
    internal static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<DockerEndpoint, (IDockerClient Client, long LastAsked)> _clients = [];

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
            foreach (var (other, kept) in _clients)
            {
                if (_time.GetElapsedTime(kept.LastAsked) > KeptFor)
                {
                    _clients.Remove(other);
                }
            }

            var client = _clients.TryGetValue(endpoint, out var known) ? known.Client : factory.Create(endpoint);
            _clients[endpoint] = (client, _time.GetTimestamp());
            return client;
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
}

/// <summary>Hands out dockerd clients, one for each endpoint and set of credentials, shared by all that ask for the
/// same.</summary>
internal interface IDockerEndpoints
{
    /// <summary>The client of an endpoint.</summary>
    /// <exception cref="DockerEndpointException">The endpoint is unusable: unknown scheme, or TLS material missing or
    /// extra.</exception>
    IDockerClient Get(DockerEndpoint endpoint);
}
