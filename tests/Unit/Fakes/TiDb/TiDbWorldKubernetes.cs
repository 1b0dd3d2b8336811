using System.Text.Json.Nodes;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// One life's client of the API server. A BackupSnapshot that is asked for is taken and verified after a while.
/// </summary>
internal sealed class TiDbWorldKubernetes(TiDbWorld world, TiDbLife life) : IKubernetesClient
{
    public string DefaultNamespace => "db";

    public Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.LookAsync(() => world.Objects.Find<TEntity>(name));

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => life.ChangeAsync(
            $"create {entity.Kind} {entity.Metadata.Name}",
            () =>
            {
                var request = new KubernetesRequest("create", "", "objects", "db", entity.Metadata.Name);
                ServerRules.Check(entity.Metadata, request);
                if (world.Objects.Find<TEntity>(entity.Metadata.Name) is not null)
                {
                    throw new KubernetesAlreadyExistsException(request, new V1Status { Code = 409, Reason = "AlreadyExists" });
                }

                world.Did($"create {entity.Kind} {entity.Metadata.Name}");
                world.Objects.Put(entity);
                if (entity is BackupSnapshot snapshot)
                {
                    snapshot = snapshot with { Metadata = snapshot.Metadata with { Uid = $"uid-{snapshot.Metadata.Name}" } };
                    world.Objects.Put(snapshot);
                    world.After(TimeSpan.FromSeconds(30), () => world.Objects.Put(snapshot with { Status = new BackupSnapshotStatus { Phase = BackupSnapshotPhases.Succeeded, Verified = snapshot.Spec.Verify, SizeBytes = 4096 } }));
                }

                return entity;
            },
            () => new KubernetesOutcomeUnknownException(new KubernetesRequest("create", "", "objects", "db", entity.Metadata.Name), "the answer was 500 or never came"));

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
        life.LookAsync(() => new KubernetesList<TEntity>([.. world.Objects.All<TEntity>().Select(o => (options ?? new ListOptions()).Kept(o)).OfType<TEntity>()], "0", []));

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
