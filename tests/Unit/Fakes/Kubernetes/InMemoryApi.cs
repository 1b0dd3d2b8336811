using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using WatchEventType = k8s.WatchEventType;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The parts of an API server that controllers rely on, in memory: versions, optimistic concurrency, the status
/// subresource, finalizers, watches with history and 410. <see cref="Before"/> and <see cref="After"/> let a test
/// disturb a request.
/// </summary>
internal sealed class InMemoryApi(JsonSerializerOptions json, TimeProvider time) : IKubernetesClient
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Resource, string? Namespace, string Name), JsonObject> _objects = [];
    private readonly List<(long Version, string Resource, WatchEventType Type, JsonObject Object)> _history = [];
    private readonly List<Action<(long Version, string Resource, WatchEventType Type, JsonObject Object)>> _watchers = [];
    private readonly ConditionalWeakTable<JsonObject, IKubernetesObject> _read = [];
    private long _version = 100;
    private long _oldest;

    /// <summary>Called before a request is carried out; may throw instead.</summary>
    public Func<KubernetesRequest, Task>? Before { get; set; }

    /// <summary>Called after a request was carried out, before its answer; may throw instead of it.</summary>
    public Func<KubernetesRequest, Task>? After { get; set; }

    /// <summary>Why a status is refused; null takes it.</summary>
    public Func<JsonNode, Exception?>? Limit { get; set; }

    public string DefaultNamespace => "default";

    /// <summary>How far its clock is ahead of the operator's.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Whether it has answered for long with no Date.</summary>
    public bool IsUndated { get; set; }

    public DateTimeOffset? ServerTime => IsUndated ? null : time.GetUtcNow() + Ahead;

    /// <summary>Requests carried out so far, in order.</summary>
    public List<string> Log { get; } = [];

    public int Watchers
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>Forgets the history: watches from an older version get 410.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _history.Clear();
            _oldest = _version;
        }
    }

    public Task<TEntity?> GetAsync<TEntity>(
        string name, string? @namespace = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("get", Key<TEntity>(@namespace, name), null, key => _objects.TryGetValue(key, out var found) ? Read<TEntity>(found) : null, cancellationToken);

    public Task<KubernetesList<TEntity>> ListAsync<TEntity>(
        string? @namespace = null, ListOptions? options = null, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("list", Key<TEntity>(@namespace, ""), null, key => new KubernetesList<TEntity>(
            [.. _objects.Where(o => o.Key.Resource == key.Resource && (@namespace is null || o.Key.Namespace == @namespace) && Matches(options?.FieldSelector, o.Value)).Select(o => (options ?? new ListOptions()).Kept(Read<TEntity>(o.Value))).OfType<TEntity>()],
            _version.ToString(CultureInfo.InvariantCulture),
            []), cancellationToken);

    public Task<TEntity> CreateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("create", Key<TEntity>(entity.Metadata.Namespace, entity.Metadata.Name), null, key =>
        {
            if (_objects.ContainsKey(key))
            {
                throw new KubernetesAlreadyExistsException(Request<TEntity>("create", key), new V1Status { Code = 409, Reason = "AlreadyExists" });
            }

            ServerRules.Check(entity.Metadata, Request<TEntity>("create", key));
            var created = Write(entity);
            created["metadata"]!["uid"] = Guid.NewGuid().ToString();
            created["metadata"]!["namespace"] = key.Namespace;
            created["metadata"]!["creationTimestamp"] = (time.GetUtcNow() + Ahead).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

            // As an update writes it.
            created = Write(JsonSerializer.Deserialize(created, json.TypeInfo<TEntity>())!);
            if (key.Resource.EndsWith(".drydock.dev", StringComparison.Ordinal) && !key.Resource.StartsWith("widgets.", StringComparison.Ordinal))
            {
                // The default of the CRDs.
                created["status"] = new JsonObject { ["observedGeneration"] = -1 };
            }

            return Store<TEntity>(key, created, WatchEventType.Added);
        }, cancellationToken);

    public Task<TEntity> UpdateAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("update", Key<TEntity>(entity.Metadata.Namespace, entity.Metadata.Name), null, key =>
        {
            var before = Existing<TEntity>("update", key, entity.Metadata.ResourceVersion);
            var after = Write(entity);
            after["status"] = before["status"]?.DeepClone();
            return Store<TEntity>(key, after, WatchEventType.Modified);
        }, cancellationToken);

    public Task<TEntity> UpdateStatusAsync<TEntity>(TEntity entity, CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("update", Key<TEntity>(entity.Metadata.Namespace, entity.Metadata.Name), "status", key =>
        {
            var after = (JsonObject)Existing<TEntity>("update", key, entity.Metadata.ResourceVersion).DeepClone();
            after["status"] = Write(entity)["status"]?.DeepClone();
            return after["status"] is { } status && Limit?.Invoke(status) is { } refused ? throw refused : Store<TEntity>(key, after, WatchEventType.Modified);
        }, cancellationToken);

    public Task<TEntity> PatchAsync<TEntity>(
        JsonObject patch,
        string name,
        string? @namespace = null,
        string? subresource = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("patch", Key<TEntity>(@namespace, name), subresource, key =>
        {
            var after = (JsonObject)Existing<TEntity>("patch", key, (string?)patch["metadata"]?["resourceVersion"]).DeepClone();
            Merge(after, patch);
            return Store<TEntity>(key, after, WatchEventType.Modified);
        }, cancellationToken);

    public Task<bool> DeleteAsync<TEntity>(
        string name,
        string? @namespace = null,
        DeleteOptions? options = null,
        CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject => RunAsync("delete", Key<TEntity>(@namespace, name), null, key =>
        {
            if (!_objects.TryGetValue(key, out var found))
            {
                return false;
            }

            var last = (JsonObject)found.DeepClone();
            last["metadata"]!["deletionTimestamp"] = "2026-01-01T00:00:00Z";
            Store<TEntity>(key, last, WatchEventType.Modified);
            return true;
        }, cancellationToken);

    public async IAsyncEnumerable<WatchEvent<TEntity>> WatchAsync<TEntity>(
        string? @namespace = null,
        WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
        where TEntity : class, IKubernetesObject
    {
        options ??= new WatchOptions();
        var key = Key<TEntity>(@namespace, "");
        await (Before?.Invoke(Request<TEntity>("watch", key)) ?? Task.CompletedTask);
        var events = Channel.CreateUnbounded<(long Version, string Resource, WatchEventType Type, JsonObject Object)>();
        Action<(long Version, string Resource, WatchEventType Type, JsonObject Object)> offer = e => events.Writer.TryWrite(e);
        lock (_lock)
        {
            var from = long.Parse(options.ResourceVersion ?? "0", CultureInfo.InvariantCulture);
            if (from < _oldest)
            {
                throw new KubernetesGoneException(Request<TEntity>("watch", key), new V1Status { Code = 410, Reason = "Expired" });
            }

            _history.Where(e => e.Version > from).ToList().ForEach(offer);
            _watchers.Add(offer);
        }

        options.OnAccepted?.Invoke();
        await using var end = time.CreateTimer(_ => events.Writer.TryComplete(), null, options.Timeout, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var e in events.Reader.ReadAllAsync(cancellationToken))
            {
                if (e.Resource == key.Resource && (@namespace is null || (string?)e.Object["metadata"]!["namespace"] == @namespace) && Matches(options.FieldSelector, e.Object))
                {
                    yield return new WatchEvent<TEntity>(e.Type, e.Version.ToString(CultureInfo.InvariantCulture), Read<TEntity>(e.Object));
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(offer);
            }
        }
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && target[name] is JsonObject there)
            {
                Merge(there, inner);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    private static bool Matches(string? fieldSelector, JsonObject entity) =>
        fieldSelector is null || fieldSelector == $"metadata.name={(string?)entity["metadata"]!["name"]}";

    private static KubernetesRequest Request<TEntity>(
        string verb, (string Resource, string? Namespace, string Name) key, string? subresource = null)
        where TEntity : class, IKubernetesObject => KubernetesResource.Of<TEntity>().Request(verb, key.Namespace, key.Name, subresource);

    private static (string Resource, string? Namespace, string Name) Key<TEntity>(string? ns, string name)
        where TEntity : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<TEntity>();
        return (resource.QualifiedName, resource.Namespaced ? ns ?? (name.Length > 0 ? "default" : null) : null, name);
    }

    private JsonObject Existing<TEntity>(
        string verb, (string Resource, string? Namespace, string Name) key, string? version)
        where TEntity : class, IKubernetesObject
    {
        if (!_objects.TryGetValue(key, out var found))
        {
            throw new KubernetesNotFoundException(Request<TEntity>(verb, key), new V1Status { Code = 404, Reason = "NotFound" });
        }

        return version is null || version == (string?)found["metadata"]!["resourceVersion"]
            ? found
            : throw new KubernetesConflictException(Request<TEntity>(verb, key), new V1Status { Code = 409, Reason = "Conflict" });
    }

    private TEntity Store<TEntity>(
        (string Resource, string? Namespace, string Name) key, JsonObject entity, WatchEventType type)
        where TEntity : class, IKubernetesObject
    {
        if (_objects.TryGetValue(key, out var before) && Same(before, entity))
        {
            return Read<TEntity>(before);
        }

        entity["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        var gone = entity["metadata"]!["deletionTimestamp"] is not null && entity["metadata"]!["finalizers"] is not JsonArray { Count: > 0 };
        if (gone)
        {
            _objects.Remove(key);
        }
        else
        {
            _objects[key] = entity;
        }

        var happened = (_version, key.Resource, gone ? WatchEventType.Deleted : type, (JsonObject)entity.DeepClone());
        _history.Add(happened);
        _watchers.ToList().ForEach(w => w(happened));
        return Read<TEntity>(entity);
    }

    private static bool Same(JsonObject left, JsonObject right) =>
        JsonNode.DeepEquals(WithoutVersion(left["metadata"]!), WithoutVersion(right["metadata"]!))
        && left.Count == right.Count
        && left.All(part => part.Key == "metadata"
            || (right.TryGetPropertyValue(part.Key, out var other) && JsonNode.DeepEquals(part.Value, other)));

    private static JsonObject WithoutVersion(JsonNode metadata)
    {
        var rest = (JsonObject)metadata.DeepClone();
        rest.Remove("resourceVersion");
        return rest;
    }

    private async Task<T> RunAsync<T>(
        string verb,
        (string Resource, string? Namespace, string Name) key,
        string? subresource,
        Func<(string Resource, string? Namespace, string Name), T> act,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new KubernetesRequest(verb, key.Resource.Contains('.', StringComparison.Ordinal) ? key.Resource[(key.Resource.IndexOf('.', StringComparison.Ordinal) + 1)..] : "", key.Resource.Split('.')[0] + (subresource is null ? "" : $"/{subresource}"), key.Namespace, key.Name);
        await (Before?.Invoke(request) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        T result;
        lock (_lock)
        {
            Log.Add(request.ToString());
            result = act(key);
        }

        await (After?.Invoke(request) ?? Task.CompletedTask).WaitAsync(cancellationToken);
        return result;
    }

    // A stored version never changes, so it is read once.
    private TEntity Read<TEntity>(JsonObject entity)
        where TEntity : class, IKubernetesObject
    {
        if (_read.TryGetValue(entity, out var known) && known is TEntity same)
        {
            return same;
        }

        var read = JsonSerializer.Deserialize(entity, json.TypeInfo<TEntity>())!;
        _read.AddOrUpdate(entity, read);
        return read;
    }

    private JsonObject Write<TEntity>(TEntity entity)
        where TEntity : class, IKubernetesObject => entity is CustomKubernetesEntity { IsReduced: true }
            ? throw new InvalidOperationException($"{entity.Metadata.Name} is a reduced copy and must not be written")
            : JsonSerializer.SerializeToNode(entity, json.TypeInfo<TEntity>())!.AsObject();
}
