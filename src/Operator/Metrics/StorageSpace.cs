namespace Drydock.Operator.Metrics;

/// <summary>Free bytes of the storage roots. A volume may hang, so that no caller waits for it: each question gets the
/// answer to an earlier one, and asks the volumes again in the background.</summary>
/// <param name="roots">The storage roots.</param>
/// <param name="time">The clock.</param>
internal sealed class StorageSpace(StorageRoots roots, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private IReadOnlyList<RootSpace> _known = [];
    private Task _asking = Task.CompletedTask;
    private long? _askedAt;

    /// <summary>What the volumes last answered. A volume that did not answer is missing.</summary>
    public IReadOnlyList<RootSpace> Read()
    {
        lock (_gate)
        {
            if (_asking.IsCompleted && (_askedAt is not { } at || time.GetElapsedTime(at) >= Every))
            {
                _askedAt = time.GetTimestamp();
                _asking = AskAsync();
            }

            return _known;
        }
    }

    private async Task AskAsync()
    {
        var answers = await roots.SpaceAsync(CancellationToken.None);
        lock (_gate)
        {
            _known = answers;
        }
    }
}
