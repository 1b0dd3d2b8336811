namespace Drydock.Reconcilers.Databases;

/// <summary>When a healthy instance will have settled, so that the last look comes then and not at the end of a
/// pause.</summary>
internal sealed class SettleEnd
{
    private DateTimeOffset? _end;

    public void Settles(DateTimeOffset end) => _end = end;

    public void Forget() => _end = null;

    public TimeSpan Pause(TimeSpan usual, DateTimeOffset now) =>
        _end is { } end && end > now && end - now < usual ? end - now : usual;
}
