using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>
/// Typed access to a Kubernetes API server. A type says which resource it stands for with
/// <see cref="KubernetesEntityAttribute"/>; its JSON comes from the source-generated contexts given to
/// <see cref="Json.KubernetesJson.CreateOptions"/>. Reads are repeated on passing faults. A write is repeated only when
/// the server certainly did not carry it out (connection refused, 401 with fresh credentials, 429); every other doubt
/// is a <see cref="Errors.KubernetesOutcomeUnknownException"/>: read the object again and decide.
/// </summary>
/// <remarks>
/// Errors of every member: <see cref="Errors.KubernetesApiException"/> and its kinds (conflict, forbidden, invalid,
/// gone, too many requests, unauthorized), <see cref="Errors.KubernetesUnreachableException"/> when nothing was sent,
/// <see cref="Errors.KubernetesOutcomeUnknownException"/> for a write without a clear answer.
/// </remarks>
public interface IKubernetesClient
{
    /// <summary>Namespace of the kubeconfig context or of the pod.</summary>
    string DefaultNamespace { get; }

    /// <summary>Reads one object; null if it does not exist.</summary>
    Task<TEntity?> GetAsync<TEntity>(string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Lists objects, all pages, as one consistent state. A null namespace means all namespaces.</summary>
    Task<KubernetesList<TEntity>> ListAsync<TEntity>(string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>
    /// Creates an object. <see cref="Errors.KubernetesAlreadyExistsException"/> if the name is taken.
    /// </summary>
    Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>
    /// Replaces an object if it is still at the entity's resourceVersion (which is required). Fields that the type does
    /// not know are lost: prefer <see cref="PatchAsync"/> or <see cref="ApplyAsync"/> for objects that others write
    /// too.
    /// </summary>
    Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>
    /// Replaces the status of an object if it is still at the entity's resourceVersion (which is required).
    /// </summary>
    Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Changes parts of an object. A patch without a resourceVersion wins over whatever is there.</summary>
    /// <param name="patch">A merge patch or a JSON patch.</param>
    /// <param name="name">Name of the object.</param>
    /// <param name="namespace">Its namespace; null for the default one (or for cluster-scoped kinds).</param>
    /// <param name="subresource">For instance <c>status</c>; null for the object itself.</param>
    /// <param name="cancellationToken">Ends the wait; the outcome is then unknown.</param>
    Task<TEntity> PatchAsync<TEntity>(KubernetesPatch patch, string name, string? @namespace = null, string? subresource = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Server-side apply: owns exactly the fields that are set in <paramref name="entity"/>.</summary>
    Task<TEntity> ApplyAsync<TEntity>(TEntity entity, ApplyOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Deletes an object; false if it did not exist.</summary>
    Task<bool> DeleteAsync<TEntity>(string name, string? @namespace = null, DeleteOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>
    /// Watches changes after <see cref="WatchOptions.ResourceVersion"/>, bookmarks included. Ends when the server ends
    /// the watch; throws <see cref="Errors.KubernetesGoneException"/> when the version is too old (list again) and
    /// <see cref="Errors.KubernetesUnreachableException"/> when the connection breaks or is silent.
    /// <see cref="Watching.ResourceWatcher{TEntity}"/> does all of that for good.
    /// </summary>
    IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>The server's version, for instance <c>v1.20.2</c>.</summary>
    Task<string> GetServerVersionAsync(CancellationToken cancellationToken = default);
}
