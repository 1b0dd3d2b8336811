namespace Drydock.Tests.Unit.Plugin;

/// <summary>An API server that answers reads of OMS upgrades as a test says.</summary>
internal sealed class StubApi : IKubernetesClient
{
    public string DefaultNamespace => "own";

    /// <summary>The answer to a list.</summary>
    public Func<ListOptions?, KubernetesList<OmsUpgrade>> List { get; init; } = _ => new([], "1", []);

    /// <summary>The answer to a read.</summary>
    public Func<OmsUpgrade?> Read { get; init; } = () => null;

    public async Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => (TEntity?)(IKubernetesObject?)Read();

    public async Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        typeof(TEntity) == typeof(OmsUpgrade) ? (KubernetesList<TEntity>)(object)List(options) : new([], "1", []);

    public IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch, string name, string? @namespace = null, string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<bool> DeleteAsync<TEntity>(
        string name, string? @namespace = null, DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();
}
