namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>The caches of several namespaces as one. Changes of one namespace are delivered in order, those of
/// different namespaces concurrently.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class ScopedCache<TEntity> : IResourceCache<TEntity>
    where TEntity : class, IKubernetesObject
{
    private readonly IReadOnlyDictionary<string, IResourceCache<TEntity>> _parts;

    public ScopedCache(IReadOnlyDictionary<string, IResourceCache<TEntity>> parts) => _parts = parts;

    public bool HasSynced => _parts.Values.All(part => part.HasSynced);

    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_parts.Values.Select(part => part.WaitForSyncAsync(cancellationToken)));

    public TEntity? Get(ObjectKey key) => PartOf(key.Namespace)?.Get(key);

    public IReadOnlyList<TEntity> List() => [.. _parts.Values.SelectMany(part => part.List())];

    public IDisposable Subscribe(Action<ResourceChange<TEntity>> onChange) =>
        new Subscriptions([.. _parts.Values.Select(part => part.Subscribe(onChange))]);

    public void Observe(TEntity written) => PartOf(ObjectKey.Of(written).Namespace)?.Observe(written);

    private IResourceCache<TEntity>? PartOf(string? @namespace) =>
        @namespace is null ? null : _parts.GetValueOrDefault(@namespace);

    private sealed class Subscriptions(IReadOnlyList<IDisposable> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all)
            {
                one.Dispose();
            }
        }
    }
}
