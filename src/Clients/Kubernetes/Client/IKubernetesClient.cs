namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Typed access to a Kubernetes API server. A type declares its resource with
/// <see cref="KubernetesEntityAttribute"/>; its JSON comes from the source-generated contexts passed to
/// <see cref="Json.KubernetesJson.CreateOptions"/>. Reads are retried after transient failures. A write is retried only
/// if the server certainly did not carry it out (connection refused, 401 with fresh credentials, 429); in every other
/// case of doubt it throws <see cref="Errors.KubernetesOutcomeUnknownException"/>: read the object again and
/// decide.</summary>
/// <remarks>Errors of every member: <see cref="Errors.KubernetesApiException"/> and its kinds (conflict, forbidden,
/// invalid, gone, unauthorized), <see cref="Errors.KubernetesUnreachableException"/> when nothing
/// was sent, <see cref="Errors.KubernetesOutcomeUnknownException"/> for a write without a clear answer.</remarks>
public interface IKubernetesClient
{
    string DefaultNamespace { get; }

    /// <summary>The time of the API server: the Date of its last answer (to the second), and the monotonic clock since.
    /// Null if it has not answered for five minutes.</summary>
    DateTimeOffset? ServerTime => null;

    Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Lists objects, all pages, as one consistent state. A null namespace means all namespaces.</summary>
    Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Replaces an object if it is still at the entity's resourceVersion (which is required). Fields unknown
    /// to the type are lost: prefer <see cref="PatchAsync"/> for objects that others also write.</summary>
    Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Replaces the status of an object if it is still at the entity's resourceVersion (which is
    /// required).</summary>
    Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Changes parts of an object. A patch without a resourceVersion overwrites concurrent changes.</summary>
    /// <param name="patch">A JSON merge patch (RFC 7386): null removes a field, lists are replaced as a whole.</param>
    /// <param name="namespace">Its namespace; null for the default one (or for cluster-scoped kinds).</param>
    /// <param name="subresource">For instance <c>status</c>; null for the object itself.</param>
    Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Watches changes after <see cref="WatchOptions.ResourceVersion"/>, bookmarks included. Ends when the
    /// server ends the watch; throws <see cref="Errors.KubernetesGoneException"/> when the version is too old (list
    /// again) and <see cref="Errors.KubernetesUnreachableException"/> when the connection breaks or is silent.
    /// <see cref="Watching.ResourceWatcher{TEntity}"/> does all of that permanently.</summary>
    IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null, WatchOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;
}

public sealed record DeleteOptions
{
    /// <summary>Delete only this incarnation; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only at this version; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? ResourceVersion { get; init; }
}

public sealed record ListOptions
{
    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Maximum number of objects per page; all pages are read. A page with too many bytes is requested again
    /// with fewer objects.</summary>
    public int PageSize { get; init; } = 10;

    public Action? OnPage { get; init; }

    public bool MetadataOnly { get; init; }

    /// <summary>True to report objects that do not fit the type together with the others; false to throw.</summary>
    public bool TolerateUnreadable { get; init; }

    /// <summary>Called for each object before the next page is read: the result is listed in its place, null omits it.
    /// With it a long list needs only the memory of what is kept. Null lists the objects as they are.</summary>
    public Func<IKubernetesObject, IKubernetesObject?>? Keep { get; init; }

    public TEntity? Kept<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject => Keep is null ? entity : (TEntity?)Keep(entity);
}

/// <summary>Objects as they were at one version of the server's state.</summary>
/// <param name="ResourceVersion">The version from which a watch continues.</param>
/// <param name="Unreadable">Objects that do not fit the type; empty unless
/// <see cref="ListOptions.TolerateUnreadable"/>.</param>
public sealed record KubernetesList<TEntity>(
    IReadOnlyList<TEntity> Items, string ResourceVersion, IReadOnlyList<UnreadableObject> Unreadable)
    where TEntity : class, IKubernetesObject;

/// <summary>An object whose JSON does not fit its type, for instance written by a newer version. It is reported
/// separately from the readable objects.</summary>
/// <param name="Error">Where the JSON does not fit (path and expected type, no value).</param>
public sealed record UnreadableObject(string? Namespace, string Name, string Error);

public sealed record WatchOptions
{
    /// <summary>Changes after this version; null starts with the present objects.</summary>
    public string? ResourceVersion { get; init; }

    public string? FieldSelector { get; init; }

    public string? LabelSelector { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(8);

    public Action? OnAccepted { get; init; }

    /// <summary>A watch without any event or bookmark for this long ends as if the server had ended it, so that it is
    /// opened again. Servers send bookmarks once a minute only if etcd notifies them of progress that often; on other
    /// servers a watch of an unchanged kind can be silent for ten minutes.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(150);

    public bool MetadataOnly { get; init; }
}

/// <param name="ResourceVersion">The version after it.</param>
/// <param name="Object">The object; null for a bookmark and when it does not fit the type.</param>
public sealed record WatchEvent<TEntity>(
    WatchEventType Type, string ResourceVersion, TEntity? Object, UnreadableObject? Unreadable = null)
    where TEntity : class, IKubernetesObject;
