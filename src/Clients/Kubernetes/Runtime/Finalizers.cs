namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Adds and removes finalizers without changing anything else in the object, and without losing concurrent
/// changes.</summary>
public static class Finalizers
{
    private const int Attempts = 8;

    /// <summary>Adds a finalizer; returns the resulting object. Does not write if it exists already.</summary>
    /// <exception cref="KubernetesNotFoundException">The object was deleted or recreated.</exception>
    /// <exception cref="KubernetesConflictException">Others wrote at every attempt.</exception>
    public static async Task<TEntity> AddFinalizerAsync<TEntity>(
        this IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
            (await AddAsync(client, entity, finalizer, cancellationToken)).Entity!;

    /// <summary>Removes a finalizer; null if the object is deleted then.</summary>
    /// <exception cref="KubernetesConflictException">Others wrote at every attempt.</exception>
    public static async Task<TEntity?> RemoveFinalizerAsync<TEntity>(
        this IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject =>
            (await RemoveAsync(client, entity, finalizer, cancellationToken)).Entity;

    internal static async Task<WriteResult<TEntity>> AddAsync<TEntity>(
        IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        var result = await ChangeAsync(
            client, entity, now => now.Contains(finalizer) ? null : [.. now, finalizer], cancellationToken);
        return result.Entity is not null
            ? result
            : throw new KubernetesNotFoundException(
                KubernetesResource.Of<TEntity>().Request("patch", entity.Metadata.Namespace, entity.Metadata.Name),
                new CoreTypes.V1Status
                {
                    Status = "Failure",
                    Code = 404,
                    Reason = "NotFound",
                    Message = "the object "
                    + $"with uid {entity.Metadata.Uid} no longer exists"
                });
    }

    internal static Task<WriteResult<TEntity>> RemoveAsync<TEntity>(
        IKubernetesClient client, TEntity entity, string finalizer, CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject =>
        ChangeAsync(
            client,
            entity,
            now => now.Contains(finalizer) ? [.. now.Where(f => f != finalizer)] : null,
            cancellationToken);

    private static async Task<WriteResult<TEntity>> ChangeAsync<TEntity>(
        IKubernetesClient client,
        TEntity entity,
        Func<List<string>, List<string>?> change,
        CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        var current = entity;
        for (var attempt = 1; ; attempt++)
        {
            if (change(current.Metadata.Finalizers ?? []) is not { } wanted)
            {
                return new WriteResult<TEntity>(current, WasWritten: false);
            }

            try
            {
                var written = await client.PatchAsync<TEntity>(
                    Patch(current, wanted),
                    current.Metadata.Name,
                    current.Metadata.Namespace,
                    cancellationToken: cancellationToken);
                return new WriteResult<TEntity>(
                    written, written.Metadata.ResourceVersion != current.Metadata.ResourceVersion);
            }
            catch (KubernetesNotFoundException)
            {
                return new WriteResult<TEntity>(null, WasWritten: false);
            }
            catch (KubernetesException e) when (e is KubernetesConflictException or KubernetesOutcomeUnknownException
                && attempt < Attempts)
            {
                var again = await client.GetAsync<TEntity>(
                    current.Metadata.Name, current.Metadata.Namespace, cancellationToken);
                if (again is null || again.Metadata.Uid != entity.Metadata.Uid)
                {
                    return new WriteResult<TEntity>(null, WasWritten: false);
                }

                current = again;
            }
        }
    }

    private static KubernetesPatch Patch<TEntity>(TEntity current, List<string> finalizers)
        where TEntity : class, IKubernetesObject => KubernetesPatch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = current.Metadata.Uid,
                ["resourceVersion"] = current.Metadata.ResourceVersion,
                ["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]),
            },
        });
}
