using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.SnapshotRestores;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The API server's store: versions, generations, optimistic concurrency, the status subresource, finalizers, owner
/// references. Everything goes through the real JSON on its way in, unless a test that runs very often does without.
/// </summary>
internal sealed class WorldApi(TimeProvider time, bool realJson)
{
    private static readonly JsonSerializerOptions Json = WorldJson.Crds;

    private readonly Dictionary<(string Kind, string? Namespace, string Name), IKubernetesObject> _objects = [];
    private long _version = 100;
    private int _uids;

    /// <summary>Told of every change: the object, whether it is gone, and who wrote (null: people).</summary>
    public Action<IKubernetesObject, bool, OperatorLife?>? Changed { get; set; }

    /// <summary>Status of upgrades as they were written, in order.</summary>
    public List<OmsUpgrade> StatusWrites { get; } = [];

    /// <summary>Objects that no operator may create.</summary>
    public Func<IKubernetesObject, bool> IsForbidden { get; set; } = static _ => false;

    /// <summary>Writes carried out, by operators and by people.</summary>
    public int Writes { get; private set; }

    /// <summary>How far its clock is ahead of the operator's.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>Whether it has answered for long with no Date.</summary>
    public bool IsUndated { get; set; }

    public DateTimeOffset? ServerTime => IsUndated ? null : time.GetUtcNow() + Ahead;

    public static string Text<T>(T entity)
        where T : class => JsonSerializer.Serialize(entity, (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T)));

    public T? Find<T>(string? space, string name)
        where T : class, IKubernetesObject => (T?)_objects.GetValueOrDefault(Key<T>(space, name));

    public IEnumerable<T> All<T>()
        where T : class, IKubernetesObject => _objects.Values.OfType<T>().OrderBy(o => o.Metadata.Name, StringComparer.Ordinal).ToList();

    /// <summary>All objects as JSON, for looking for what must not be there.</summary>
    public IEnumerable<string> Texts() => _objects.Values.Select(o => o switch
    {
        OmsUpgrade upgrade => Text(upgrade),
        BackupSnapshot snapshot => Text(snapshot),
        SnapshotRestore restore => Text(restore),
        V1Lease lease => Text(lease),
        V1ConfigMap map => Text(map),
        _ => "",
    });

    public T Create<T>(T entity, OperatorLife? by = null)
        where T : class, IKubernetesObject
    {
        var key = Key<T>(entity.Metadata.Namespace, entity.Metadata.Name);
        if (by is not null && IsForbidden(entity))
        {
            throw new KubernetesForbiddenException(Request<T>("create", key), new V1Status { Code = 403, Reason = "Forbidden", Message = $"{key.Name} is forbidden" });
        }

        if (_objects.ContainsKey(key))
        {
            throw new KubernetesAlreadyExistsException(Request<T>("create", key), new V1Status { Code = 409, Reason = "AlreadyExists", Message = $"{key.Name} already exists" });
        }

        ServerRules.Check(entity.Metadata, Request<T>("create", key));
        var meta = entity.Metadata with
        {
            Namespace = key.Namespace,
            Uid = string.Create(CultureInfo.InvariantCulture, $"{++_uids:x8}-0000-4000-8000-000000000000"),
            Generation = 1,
            CreationTimestamp = time.GetUtcNow().UtcDateTime,
        };
        return Store(key, Trip((T)WithStatus((IKubernetesObject)With(entity, meta), Unseen(entity))), by);
    }

    public T Update<T>(T entity, OperatorLife? by = null)
        where T : class, IKubernetesObject
    {
        var (key, before) = Existing<T>("update", entity.Metadata);
        ServerRules.Check(entity.Metadata, Request<T>("update", key));
        var next = (T)WithStatus(With(entity, entity.Metadata with { Uid = before.Metadata.Uid, CreationTimestamp = before.Metadata.CreationTimestamp, DeletionTimestamp = before.Metadata.DeletionTimestamp }), StatusOf(before));
        var sameSpec = SpecText(before) == SpecText(next);
        return Store(key, Trip((T)With(next, next.Metadata with { Generation = before.Metadata.Generation + (sameSpec ? 0 : 1) })), by);
    }

    public T UpdateStatus<T>(T entity, OperatorLife? by = null)
        where T : class, IKubernetesObject
    {
        var (key, before) = Existing<T>("update", entity.Metadata);
        var next = Trip((T)WithStatus(before, StatusOf(entity)));
        if (next is OmsUpgrade upgrade)
        {
            StatusWrites.Add(upgrade);
        }

        return Store(key, next, by);
    }

    /// <summary>Changes metadata if the version still is the one given; null asks for none.</summary>
    public T PatchMetadata<T>(
        string? space, string name, string? version, Func<V1ObjectMeta, V1ObjectMeta> change, OperatorLife? by = null)
        where T : class, IKubernetesObject
    {
        var (key, before) = Existing<T>("patch", new V1ObjectMeta { Namespace = space, Name = name, ResourceVersion = version ?? Find<T>(space, name)?.Metadata.ResourceVersion });
        return Store(key, (T)With(before, change(before.Metadata)), by);
    }

    public bool Delete<T>(string? space, string name, DeleteOptions? options = null, OperatorLife? by = null)
        where T : class, IKubernetesObject
    {
        var key = Key<T>(space, name);
        if (!_objects.TryGetValue(key, out var found))
        {
            return false;
        }

        if (options?.ResourceVersion is { } version && version != found.Metadata.ResourceVersion)
        {
            throw new KubernetesConflictException(Request<T>("delete", key), new V1Status { Code = 409, Reason = "Conflict" });
        }

        Store(key, (T)With(found, found.Metadata with { DeletionTimestamp = found.Metadata.DeletionTimestamp ?? time.GetUtcNow().UtcDateTime }), by);
        return true;
    }

    public static KubernetesRequest Request<T>(string verb, string? space, string name)
        where T : class, IKubernetesObject => Request<T>(verb, Key<T>(space, name));

    private static KubernetesRequest Request<T>(string verb, (string Kind, string? Namespace, string Name) key)
        where T : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<T>();
        return new KubernetesRequest(verb, resource.Group, resource.Plural, key.Namespace, key.Name);
    }

    private static (string Kind, string? Namespace, string Name) Key<T>(string? space, string name)
        where T : class, IKubernetesObject
    {
        var resource = KubernetesResource.Of<T>();
        return (resource.Kind, resource.Namespaced ? space ?? OmsWorld.Namespace : null, name);
    }

    private ((string Kind, string? Namespace, string Name) Key, T Before) Existing<T>(string verb, V1ObjectMeta meta)
        where T : class, IKubernetesObject
    {
        var key = Key<T>(meta.Namespace, meta.Name);
        if (_objects.GetValueOrDefault(key) is not T before)
        {
            throw new KubernetesNotFoundException(Request<T>(verb, key), new V1Status { Code = 404, Reason = "NotFound", Message = $"{key.Name} not found" });
        }

        return before.Metadata.ResourceVersion == meta.ResourceVersion
            ? (key, before)
            : throw new KubernetesConflictException(Request<T>(verb, key), new V1Status { Code = 409, Reason = "Conflict", Message = "the object has been modified" });
    }

    private T Store<T>((string Kind, string? Namespace, string Name) key, T entity, OperatorLife? by)
        where T : class, IKubernetesObject
    {
        Writes++;
        entity = (T)With(entity, entity.Metadata with { ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture) });
        var gone = entity.Metadata.DeletionTimestamp is not null && entity.Metadata.Finalizers is not { Count: > 0 };
        if (gone)
        {
            _objects.Remove(key);
        }
        else
        {
            _objects[key] = entity;
        }

        Changed?.Invoke(entity, gone, by);
        if (gone)
        {
            CollectGarbage(entity.Metadata.Uid!);
        }

        return entity;
    }

    private void CollectGarbage(string owner)
    {
        foreach (var restore in All<SnapshotRestore>().Where(r => r.Metadata.OwnerReferences?.Any(o => o.Uid == owner) == true))
        {
            Delete<SnapshotRestore>(restore.Metadata.Namespace, restore.Metadata.Name);
        }

        foreach (var secret in All<V1Secret>().Where(s => s.Metadata.OwnerReferences?.Any(o => o.Uid == owner) == true))
        {
            Delete<V1Secret>(secret.Metadata.Namespace, secret.Metadata.Name);
        }

        foreach (var map in All<V1ConfigMap>().Where(m => m.Metadata.OwnerReferences?.Any(o => o.Uid == owner) == true))
        {
            Delete<V1ConfigMap>(map.Metadata.Namespace, map.Metadata.Name);
        }
    }

    private T Trip<T>(T entity)
        where T : class
    {
        if (!realJson)
        {
            return entity;
        }

        var info = (JsonTypeInfo<T>)Json.GetTypeInfo(typeof(T));
        return JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(entity, info), info)!;
    }

    private static IKubernetesObject With(IKubernetesObject entity, V1ObjectMeta meta) => entity switch
    {
        OmsUpgrade upgrade => upgrade with { Metadata = meta },
        BackupSnapshot snapshot => snapshot with { Metadata = meta },
        SnapshotRestore restore => restore with { Metadata = meta },
        V1Secret secret => secret with { Metadata = meta },
        V1ConfigMap map => map with { Metadata = meta },
        V1Lease lease => lease with { Metadata = meta },
        V1Namespace space => space with { Metadata = meta },
        _ => throw new NotSupportedException(entity.GetType().Name),
    };

    private static IKubernetesObject WithStatus(IKubernetesObject entity, object? status) => entity switch
    {
        OmsUpgrade upgrade => upgrade with { Status = (Drydock.Crds.OmsUpgrades.OmsUpgradeStatus?)status },
        BackupSnapshot snapshot => snapshot with { Status = (BackupSnapshotStatus?)status },
        SnapshotRestore restore => restore with { Status = (SnapshotRestoreStatus?)status },
        _ => entity,
    };

    // The default of the CRDs.
    private static object? Unseen(IKubernetesObject entity) => entity switch
    {
        OmsUpgrade => new Drydock.Crds.OmsUpgrades.OmsUpgradeStatus { ObservedGeneration = -1 },
        BackupSnapshot => new BackupSnapshotStatus { ObservedGeneration = -1 },
        SnapshotRestore => new SnapshotRestoreStatus { ObservedGeneration = -1 },
        _ => null,
    };

    private static object? StatusOf(IKubernetesObject entity) => entity switch
    {
        OmsUpgrade upgrade => upgrade.Status,
        BackupSnapshot snapshot => snapshot.Status,
        SnapshotRestore restore => restore.Status,
        _ => null,
    };

    private static string SpecText(IKubernetesObject entity) => entity switch
    {
        OmsUpgrade upgrade => Text(new OmsUpgrade { Spec = upgrade.Spec }),
        BackupSnapshot snapshot => Text(new BackupSnapshot { Spec = snapshot.Spec }),
        SnapshotRestore restore => Text(new SnapshotRestore { Spec = restore.Spec }),
        _ => "",
    };
}
