namespace Drydock.Reconcilers.Databases;

/// <summary>When healthy instances will have settled, so that the last look comes then and not at the end of a
/// pause.</summary>
internal sealed class SettleEnds
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    public void Settles(string step, DateTimeOffset end) => _ends[step] = end;

    public void Forget(string step) => _ends.TryRemove(step, out _);

    public TimeSpan Pause(string step, TimeSpan usual, DateTimeOffset now) =>
        _ends.TryGetValue(step, out var end) && end > now && end - now < usual ? end - now : usual;
}
