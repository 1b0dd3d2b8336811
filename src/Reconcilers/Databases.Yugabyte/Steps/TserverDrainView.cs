namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What one job has seen of the drain of a tablet server. It decides only how close the next look has to be;
/// without it, everything is looked at.</summary>
internal sealed class TserverDrainView
{
    // Whether the server is still in the blacklist, and the state of its host, is asked this often.
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    private YbTserver? _server;
    private DateTimeOffset? _wholeAt;

    public ServiceAddress? Leader { get; private set; }

    public DrainPace Pace { get; } = new();

    /// <summary>Since when the drain cannot be observed; null while it can.</summary>
    public DateTimeOffset? UnreadableSince { get; set; }

    /// <summary>Since when leaders are seen to move, as this process knows it. Not the wait before they may.</summary>
    public DateTimeOffset? Since { get; private set; }

    public ulong? Before { get; private set; }

    public bool IsEmpty => _wholeAt is null;

    public bool MayLookBriefly(DateTimeOffset now) => _wholeAt is { } at && now - at < WholeEvery;

    public bool IsSameProcess(YbTserver? server) =>
        server is { IsAlive: true } && server.Uuid == _server?.Uuid && server.Uptime >= _server?.Uptime;

    public void Saw(ServiceAddress leader, YbTserver server, DateTimeOffset now) =>
        (Leader, _server, _wholeAt, Since, Before) = (leader, server, now, Since ?? now, Before ?? server.Leaders);
}
