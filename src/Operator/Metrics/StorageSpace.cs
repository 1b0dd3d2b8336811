namespace Drydock.Operator.Metrics;

/// <summary>Free bytes of the storage roots. A volume may hang, so that no caller waits for it: each question gets the
/// answer to an earlier one, and asks the volumes again in the background.</summary>
internal sealed class StorageSpace(StorageRoots roots, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private IReadOnlyList<RootSpace> _known = [];
    private Task<IReadOnlyList<RootSpace>> _asking = Task.FromResult<IReadOnlyList<RootSpace>>([]);
    private long? _askedAt;

    /// <summary>What the volumes last answered. A volume that did not answer is missing.</summary>
    public IReadOnlyList<RootSpace> Read()
    {
        lock (_gate)
        {
            _known = _asking.IsCompletedSuccessfully ? _asking.Result : _known;
            if (_asking.IsCompleted && (_askedAt is not { } at || time.GetElapsedTime(at) >= Every))
            {
                _askedAt = time.GetTimestamp();
                _asking = roots.SpaceAsync(CancellationToken.None);
            }

            return _known;
        }
    }
}
