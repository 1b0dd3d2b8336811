namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Typed access to a Kubernetes API server. A type declares its resource with
/// <see cref="KubernetesEntityAttribute"/>; its JSON comes from the source-generated contexts passed to
/// <see cref="Json.KubernetesJson.CreateOptions"/>. Reads are retried after transient failures. A write is retried only
/// if the server certainly did not carry it out (connection refused, 401 with fresh credentials, 429); in every other
/// case of doubt it throws <see cref="Errors.KubernetesOutcomeUnknownException"/>: read the object again and
/// decide.</summary>
/// <remarks>Errors of every member: <see cref="Errors.KubernetesApiException"/> and its kinds (conflict, forbidden,
/// invalid, gone, too many requests, unauthorized), <see cref="Errors.KubernetesUnreachableException"/> when nothing
/// was sent, <see cref="Errors.KubernetesOutcomeUnknownException"/> for a write without a clear answer.</remarks>
public interface IKubernetesClient
{
    string DefaultNamespace { get; }

    /// <summary>How far the clock of the API server is ahead of this process's, by the Date of its last answer (to
    /// the second); null before the first.</summary>
    TimeSpan? ServerAhead => null;

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
    /// to the type are lost: prefer <see cref="PatchAsync"/> or <see cref="ApplyAsync"/> for objects that others also
    /// write.</summary>
    Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Replaces the status of an object if it is still at the entity's resourceVersion (which is
    /// required).</summary>
    Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    /// <summary>Changes parts of an object. A patch without a resourceVersion overwrites concurrent changes.</summary>
    /// <param name="namespace">Its namespace; null for the default one (or for cluster-scoped kinds).</param>
    /// <param name="subresource">For instance <c>status</c>; null for the object itself.</param>
    Task<TEntity> PatchAsync<TEntity>(
        KubernetesPatch patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject;

    Task<TEntity> ApplyAsync<TEntity>(
        TEntity entity, ApplyOptions? options = null, CancellationToken cancellationToken = default)
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

    Task<string> GetServerVersionAsync(CancellationToken cancellationToken = default);
}

/// <summary>How to apply on the server.</summary>
public sealed record ApplyOptions
{
    /// <summary>The owner of the applied fields; null takes
    /// <see cref="KubernetesClientOptions.FieldManager"/>.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Takes over fields of other owners; otherwise <see cref="Errors.KubernetesConflictException"/> names
    /// them.</summary>
    public bool Force { get; init; }
}

/// <summary>Conditions and manner of a deletion.</summary>
public sealed record DeleteOptions
{
    /// <summary>Delete only this incarnation; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? Uid { get; init; }

    /// <summary>Delete only at this version; otherwise <see cref="Errors.KubernetesConflictException"/>.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>What to list, and how.</summary>
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
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">The version from which a watch continues.</param>
/// <param name="Unreadable">Objects that do not fit the type; empty unless
/// <see cref="ListOptions.TolerateUnreadable"/>.</param>
public sealed record KubernetesList<TEntity>(
    IReadOnlyList<TEntity> Items, string ResourceVersion, IReadOnlyList<UnreadableObject> Unreadable)
    where TEntity : class, IKubernetesObject;

/// <summary>An object whose JSON does not fit its type, for instance written by a newer version. It is reported
/// separately from the readable objects.</summary>
/// <param name="Namespace">Its namespace; null for cluster-scoped kinds.</param>
/// <param name="Name">Its name.</param>
/// <param name="ResourceVersion">Its version.</param>
/// <param name="Error">Where the JSON does not fit (path and expected type, no value).</param>
public sealed record UnreadableObject(string? Namespace, string Name, string ResourceVersion, string Error);

/// <summary>A change of parts of an object.</summary>
public sealed class KubernetesPatch
{
    private KubernetesPatch(string contentType, JsonNode body)
    {
        ContentType = contentType;
        Body = body;
    }

    public string ContentType { get; }

    public JsonNode Body { get; }

    /// <summary>A JSON merge patch (RFC 7386): null removes a field, lists are replaced as a whole.</summary>
    public static KubernetesPatch Merge(JsonObject body) => new("application/merge-patch+json", body);

    /// <summary>A JSON patch (RFC 6902): a list of operations, <c>test</c> among them.</summary>
    public static KubernetesPatch Json(JsonArray operations) => new("application/json-patch+json", operations);
}
