using Key = (string Resource, string? Namespace, string Name);
using WatchEventType = k8s.WatchEventType;

namespace Drydock.Tests.Unit.Fakes;

/// <content>The objects.</content>
internal sealed partial class FakeKubernetes
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, (IKubernetesObject Entity, byte[]? Json)> _objects = [];
    private long _version = 100;
    private int _uids;

    /// <summary>The uid of a new object; null for the next one.</summary>
    public Func<IKubernetesObject, string?> UidOf { get; set; } = static _ => null;

    /// <summary>Writes carried out, by whatever client.</summary>
    public int Writes { get; private set; }

    public T? Find<T>(string? @namespace, string name)
        where T : class, IKubernetesObject =>
        Locked(() => _objects.TryGetValue(KeyOf<T>(@namespace, name), out var found) ? Read<T>(found.Entity) : null);

    /// <summary>The objects of a kind, by name.</summary>
    public IReadOnlyList<T> All<T>(string? @namespace = null)
        where T : class, IKubernetesObject => List<T>(@namespace, null).Items;

    public IReadOnlyList<IKubernetesObject> Everything() =>
        Locked(() => _objects.Values.Select(o => o.Entity).ToList());

    public KubernetesList<T> List<T>(string? @namespace, ListOptions? options)
        where T : class, IKubernetesObject => Locked(() =>
        {
            options ??= new ListOptions();
            var found = _objects.Where(o => o.Key.Resource == KubernetesResource.Of<T>().QualifiedName)
                .Select(o => o.Value.Entity)
                .Where(o => IsIn(@namespace, o) && Matches(options.FieldSelector, o))
                .Where(o => IsSelected(options.LabelSelector, o))
                .OrderBy(o => o.Metadata.Name, StringComparer.Ordinal)
                .ThenBy(o => o.Metadata.Namespace, StringComparer.Ordinal);
            return new KubernetesList<T>(
                [.. found.Select(o => options.Kept(Read<T>(o))).OfType<T>()], Text(_version), []);
        });

    public T Create<T>(T entity)
        where T : class, IKubernetesObject => Locked(() =>
        {
            var (key, request) = At<T>("create", entity.Metadata);
            if (_objects.ContainsKey(key))
            {
                throw Refusal(request, 409, "AlreadyExists", $"{key.Name} already exists");
            }

            var made = Copy(entity, entity.Metadata with
            {
                Namespace = key.Namespace,
                Uid = UidOf(entity) ?? $"{++_uids:x8}-0000-4000-8000-000000000000",
                Generation = entity is CustomKubernetesEntity ? 1 : null,
                CreationTimestamp = Now(),
                DeletionTimestamp = null,
            });
            Status(made)?.SetValue(made, Unseen(made));
            return Read<T>(Store(request, key, made, WatchEventType.Added));
        });

    public T Update<T>(T entity)
        where T : class, IKubernetesObject => Locked(() =>
        {
            var (key, request, before) = Existing<T>("update", entity.Metadata);
            return Read<T>(Store(request, key, Replaced(before, entity)));
        });

    public T UpdateStatus<T>(T entity)
        where T : class, IKubernetesObject => Locked(() =>
        {
            var (key, request, before) = Existing<T>("update", entity.Metadata, "status");
            var written = Store(request, key, Reported(before, entity));
            StatusWritten?.Invoke(written);
            return Read<T>(written);
        });

    /// <summary>A JSON merge patch.</summary>
    public T Patch<T>(string? @namespace, string name, JsonObject patch, string? subresource = null)
        where T : class, IKubernetesObject => Locked(() =>
        {
            var metadata = patch["metadata"];
            var asked = new V1ObjectMeta { Namespace = @namespace, Name = name };
            (asked.Uid, asked.ResourceVersion) = ((string?)metadata?["uid"], (string?)metadata?["resourceVersion"]);
            var (key, request, before) = Existing<T>("patch", asked, subresource);
            var info = json.GetTypeInfo(before.GetType());
            var node = JsonSerializer.SerializeToNode(before, info)!.AsObject();
            Merge(node, patch);
            Check(request, before, Encoding.UTF8.GetBytes(node.ToJsonString()));
            var merged = (IKubernetesObject)node.Deserialize(info)!;
            return Read<T>(Store(
                request, key, subresource is null ? Replaced(before, merged) : Reported(before, merged)));
        });

    /// <summary>Changes the metadata of whatever version there is.</summary>
    public T PatchMetadata<T>(string? @namespace, string name, Func<V1ObjectMeta, V1ObjectMeta> change)
        where T : class, IKubernetesObject
    {
        var found = Find<T>(@namespace, name)!;
        return Update((T)Copy(found, change(found.Metadata)));
    }

    public bool Delete<T>(string? @namespace, string name, DeleteOptions? options = null)
        where T : class, IKubernetesObject => Locked(() =>
        {
            if (Find<T>(@namespace, name) is not { } found)
            {
                return false;
            }

            var asked = found.Metadata with { Uid = options?.Uid, ResourceVersion = options?.ResourceVersion };
            var (key, request, _) = Existing<T>("delete", asked);
            Delete(request, key);
            return true;
        });

    private T Locked<T>(Func<T> act)
    {
        lock (_lock)
        {
            return act();
        }
    }

    // A null version or uid asks for none.
    private (Key Key, KubernetesRequest Request, IKubernetesObject Before) Existing<T>(
        string verb, V1ObjectMeta asked, string? subresource = null)
        where T : class, IKubernetesObject
    {
        var (key, request) = At<T>(verb, asked, subresource);
        if (!_objects.TryGetValue(key, out var found))
        {
            throw Refusal(request, 404, "NotFound", $"{key.Name} not found");
        }

        var (uid, version) = (found.Entity.Metadata.Uid, found.Entity.Metadata.ResourceVersion);
        return (asked.Uid ?? uid) == uid && (asked.ResourceVersion ?? version) == version
            ? (key, request, found.Entity)
            : throw Refusal(request, 409, "Conflict", "the object has been modified");
    }

    // All but the status, and but what only the server writes.
    private IKubernetesObject Replaced(IKubernetesObject before, IKubernetesObject entity)
    {
        var next = Copy(entity, entity.Metadata with
        {
            Namespace = before.Metadata.Namespace,
            Uid = before.Metadata.Uid,
            CreationTimestamp = before.Metadata.CreationTimestamp,
            DeletionTimestamp = before.Metadata.DeletionTimestamp,
            Generation = before.Metadata.Generation + (Spec(before) == Spec(entity) ? 0 : 1),
        });
        Status(next)?.SetValue(next, Status(before)!.GetValue(before));
        return next;
    }

    // Only the status.
    private static IKubernetesObject Reported(IKubernetesObject before, IKubernetesObject entity)
    {
        var next = Copy(before, before.Metadata);
        Status(next)?.SetValue(next, Status(entity)!.GetValue(entity) ?? Unseen(next));
        return next;
    }

    private IKubernetesObject Store(
        KubernetesRequest request, Key key, IKubernetesObject next, WatchEventType type = WatchEventType.Modified)
    {
        Writes++;
        next.Metadata = next.Metadata with { ResourceVersion = null };
        var info = json.GetTypeInfo(next.GetType());
        var bytes = realJson ? JsonSerializer.SerializeToUtf8Bytes(next, info) : null;
        if (bytes is not null && _objects.TryGetValue(key, out var before) && bytes.AsSpan().SequenceEqual(before.Json))
        {
            return before.Entity;
        }

        var written = bytes is null ? null : Written(next, bytes);
        Check(request, next, written);
        next = written is null ? next : (IKubernetesObject)JsonSerializer.Deserialize(written, info)!;
        next.Metadata = next.Metadata with { ResourceVersion = Text(++_version) };
        _objects[key] = (next, bytes);
        if (next.Metadata is { DeletionTimestamp: not null, Finalizers: not { Count: > 0 } })
        {
            type = WatchEventType.Deleted;
            _objects.Remove(key);
        }

        var happened = (_version, key.Resource, type, next);
        _history.Add(happened);
        _watchers.ToList().ForEach(watcher => watcher(happened));
        Changed?.Invoke(next, type);
        if (type == WatchEventType.Deleted)
        {
            CollectGarbage(next.Metadata.Uid!);
        }

        return next;
    }

    private void Delete(KubernetesRequest request, Key key)
    {
        var (before, at) = (_objects[key].Entity, _objects[key].Entity.Metadata);
        if (at.DeletionTimestamp is null)
        {
            Store(request, key, Copy(before, at with { DeletionTimestamp = Now(), Generation = at.Generation + 1 }));
        }
    }

    private void CollectGarbage(string owner)
    {
        foreach (var key in _objects.Keys.ToList())
        {
            if (_objects.TryGetValue(key, out var found)
                && found.Entity.Metadata.OwnerReferences?.Any(reference => reference.Uid == owner) == true)
            {
                Delete(new KubernetesRequest("delete", "", key.Resource, key.Namespace, key.Name), key);
            }
        }
    }

    // Another client annotates the object, if it exists.
    private void Touch(KubernetesRequest request)
    {
        var resource = $"{request.Resource.Split('/')[0]}.{request.Group}".TrimEnd('.');
        if (_objects.TryGetValue((resource, request.Namespace, request.Name!), out var found))
        {
            var notes = new Dictionary<string, string>(
                found.Entity.Metadata.Annotations ?? new Dictionary<string, string>());
            notes["example.com/touched"] = Text(_version);
            var touched = Copy(found.Entity, found.Entity.Metadata with { Annotations = notes });
            Store(request, (resource, request.Namespace, request.Name!), touched);
        }
    }
}
