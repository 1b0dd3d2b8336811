using System.Collections.Concurrent;
using Drydock.Clients.Docker;

namespace Drydock.Reconcilers.Common;

/// <inheritdoc cref="IDockerEndpoints" />
public sealed class DockerEndpoints(IDockerClientFactory factory) : IDockerEndpoints, IAsyncDisposable
{
    private readonly ConcurrentDictionary<DockerEndpoint, Lazy<IDockerClient>> _clients = new();

    /// <inheritdoc />
    public IDockerClient Get(DockerEndpoint endpoint) =>
        _clients.GetOrAdd(endpoint, key => new Lazy<IDockerClient>(() => factory.Create(key))).Value;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values.Where(c => c.IsValueCreated))
        {
            await client.Value.DisposeAsync();
        }
    }
}
