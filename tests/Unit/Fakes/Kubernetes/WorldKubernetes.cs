using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's client of the world's API server.</summary>
internal sealed class WorldKubernetes(WorldApi api, OperatorLife life) : IKubernetesClient
{
    public string DefaultNamespace => OmsWorld.Namespace;

    public OperatorLife Life => life;

    public DateTimeOffset? ServerTime => api.ServerTime;

    public Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.LookAsync(() => api.Find<TEntity>(@namespace, name));

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        life.LookAsync(() => new KubernetesList<TEntity>([.. api.All<TEntity>().Where(o => @namespace is null || o.Metadata.Namespace == @namespace).Select(o => (options ?? new ListOptions()).Kept(o)).OfType<TEntity>()], "0", []));

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => WriteAsync<TEntity, TEntity>("create", entity.Metadata.Name, () => api.Create(entity, life));

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => WriteAsync<TEntity, TEntity>("update", entity.Metadata.Name, () => api.Update(entity, life));

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.ChangeAsync(
            $"status {Summary(entity)}",
            () => api.UpdateStatus(entity, life),
            isStatusWrite: true,
            () => Conflict<TEntity>("update", entity.Metadata.Namespace, entity.Metadata.Name),
            () => Unclear<TEntity>("update", entity.Metadata.Name));

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => WriteAsync<TEntity, TEntity>(
            "patch",
            name,
            () =>
            {
                var meta = patch["metadata"]!.AsObject();
                return api.PatchMetadata<TEntity>(@namespace, name, (string?)meta["resourceVersion"], m => Merged(m, meta), life);
            },
            () => Conflict<TEntity>("patch", @namespace, name));

    public Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => WriteAsync<TEntity, bool>("delete", name, () => api.Delete<TEntity>(@namespace, name, options, life));

    public IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException("the world wakes the controller itself");

    private Task<TResult> WriteAsync<TEntity, TResult>(
        string verb, string name, Func<TResult> write, Func<Exception>? conflict = null)
        where TEntity : class, IKubernetesObject =>
        life.ChangeAsync($"{verb} {KubernetesResource.Of<TEntity>().Kind} {name}", write, isStatusWrite: false, conflict, () => Unclear<TEntity>(verb, name));

    // Somebody else was faster.
    private KubernetesConflictException Conflict<TEntity>(string verb, string? space, string name)
        where TEntity : class, IKubernetesObject
    {
        api.PatchMetadata<TEntity>(space, name, null, m => m with { Annotations = new Dictionary<string, string>(m.Annotations ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal) { ["example.com/touched"] = m.ResourceVersion! } });
        return new KubernetesConflictException(WorldApi.Request<TEntity>(verb, space, name), new V1Status { Code = 409, Reason = "Conflict" });
    }

    private static KubernetesOutcomeUnknownException Unclear<TEntity>(string verb, string name)
        where TEntity : class, IKubernetesObject => new(WorldApi.Request<TEntity>(verb, null, name), "the answer was 500 or never came");

    private static V1ObjectMeta Merged(V1ObjectMeta meta, JsonObject patch) =>
        patch.TryGetPropertyValue("finalizers", out var finalizers) ? meta with { Finalizers = [.. finalizers!.AsArray().Select(f => (string)f!)] } : meta;

    private static string Summary<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject => entity is OmsUpgrade { Status: { } status } ? $"{status.Phase} {status.Progress} {status.Step}".TrimEnd() : entity.Metadata.Name;
}
