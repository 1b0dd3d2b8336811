using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// What a controller writes to its objects, with points before and after: a death before a write loses it, one after it
/// loses only its answer.
/// </summary>
/// <param name="pass">Called at each point.</param>
internal sealed class PassingApi(IKubernetesClient api, Func<string, Task> pass) : IKubernetesClient
{
    public string DefaultNamespace => api.DefaultNamespace;

    public DateTimeOffset? ServerTime => api.ServerTime;

    public async Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        await pass("read");
        return await api.GetAsync<TEntity>(name, @namespace, cancellationToken);
    }

    public async Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        await pass("before status write");
        var written = await api.UpdateStatusAsync(entity, cancellationToken);
        await pass("after status write");
        return written;
    }

    public async Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        await pass(
            patch["metadata"]!["finalizers"]!.AsArray().Count > 0 ? "before finalizer" : "before finalizer goes");
        return await api.PatchAsync<TEntity>(patch, name, @namespace, subresource, cancellationToken);
    }

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<bool> DeleteAsync<TEntity>(
        string name, string? @namespace = null, DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();
}
