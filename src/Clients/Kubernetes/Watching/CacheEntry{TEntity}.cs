using Drydock.Abstractions.Entities;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>One cached object and the versions that this process wrote and whose events have not come yet.</summary>
internal sealed class CacheEntry<TEntity>(TEntity current)
    where TEntity : class, IKubernetesObject
{
    private const int RememberedWrites = 4096;
    private readonly Queue<string> _ownVersions = new();

    public TEntity Current { get; private set; } = current;

    public string? Version => Current.Metadata.ResourceVersion;

    public bool IsSameIncarnation(TEntity other) =>
        Current.Metadata.Uid is not { } uid || other.Metadata.Uid is not { } otherUid || uid == otherUid;

    public bool WasWrittenHere(string? version) => version is not null && _ownVersions.Contains(version);

    public void Replace(TEntity newer)
    {
        Current = newer;
        _ownVersions.Clear();
    }

    public void ReplaceByOwnWrite(TEntity newer)
    {
        Current = newer;
        if (_ownVersions.Count == RememberedWrites)
        {
            _ownVersions.Dequeue();
        }

        _ownVersions.Enqueue(newer.Metadata.ResourceVersion!);
    }

    public bool IsNewerThan(string? version) => ResourceVersions.IsOlder(version, Version);
}
