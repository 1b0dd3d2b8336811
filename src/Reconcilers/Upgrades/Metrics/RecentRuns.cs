namespace Drydock.Reconcilers.Upgrades;

/// <summary>The last seen state of the objects of one kind that have not ended, or ended within <see cref="Kept"/>.
/// Kept up to date with the changes, so that a collection of the metrics does not read thousands of finished
/// objects.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class RecentRuns<TEntity>
    where TEntity : class, IKubernetesObject
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<ObjectKey, RunSample> _samples = new();
    private readonly IResourceCache<TEntity> _objects;
    private readonly RunSampling<TEntity> _sampling;
    private readonly TimeProvider _time;

    public RecentRuns(IResourceCache<TEntity> objects, RunSampling<TEntity> sampling, TimeProvider time)
    {
        (_objects, _sampling, _time) = (objects, sampling, time);
        objects.Subscribe(OnChange);
    }

    public IEnumerable<RunSample> Read()
    {
        var since = _time.GetUtcNow() - Kept;
        foreach (var sample in _samples)
        {
            if (IsOld(sample.Value, since))
            {
                // Only this state of the object: it may have changed meanwhile.
                _samples.TryRemove(sample);
            }
            else
            {
                yield return sample.Value;
            }
        }
    }

    private static bool IsOld(RunSample sample, DateTimeOffset since) => sample.EndedAt <= since;

    private void OnChange(ResourceChange<TEntity> change)
    {
        var key = ObjectKey.Of(change.Object);

        // What the cache keeps: the object of the change may be a whole one that is reduced there.
        if (change.Type != ResourceChangeType.Deleted
            && _objects.Get(key) is { } kept
            && _sampling.Read(kept) is var sample
            && !IsOld(sample, _time.GetUtcNow() - Kept))
        {
            _samples[key] = sample;
        }
        else
        {
            _samples.TryRemove(key, out _);
        }
    }
}

/// <summary>How metrics and traces read objects of one kind.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Kind">The kind as written in manifests.</param>
/// <param name="Results">How objects of the kind may end.</param>
/// <param name="Read">Reads one object.</param>
internal sealed record RunSampling<TEntity>(
    string Kind, IReadOnlyList<string> Results, Func<TEntity, RunSample> Read);
