using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>One life's client of the API server, where the upgrade of a universe creates its Secret.</summary>
internal sealed class YugaKubernetes(YugaLife life) : IKubernetesClient
{
    public string DefaultNamespace => "db";

    public Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.LookAsync(() => life.World.Objects.Find<TEntity>(name));

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.ChangeAsync("kubernetes", $"create {entity.Metadata.Name}", () =>
        {
            if (life.World.Objects.Find<TEntity>(entity.Metadata.Name) is not null)
            {
                throw new KubernetesAlreadyExistsException(new KubernetesRequest("create", "", "objects", "db", entity.Metadata.Name), new V1Status { Code = 409, Reason = "AlreadyExists" });
            }

            life.World.Objects.Put(entity);
            return entity;
        });

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        life.LookAsync(() => new KubernetesList<TEntity>([.. life.World.Objects.All<TEntity>().Select(o => (options ?? new ListOptions()).Kept(o)).OfType<TEntity>()], "0", []));

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();

    public IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => throw new NotSupportedException();
}
