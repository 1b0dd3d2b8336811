namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What one job has seen of the drain of a tablet server. It decides only how close the next look has to be; without
/// it, everything is looked at.
/// </summary>
internal sealed class TserverDrainView
{
    // Whether the server is still in the blacklist, and the state of its host, is asked this often.
    private static readonly TimeSpan WholeEvery = TimeSpan.FromSeconds(30);

    private YbTserver? _server;
    private DateTimeOffset? _wholeAt;

    /// <summary>The pages of the master that led; null if nothing was seen yet.</summary>
    public ServiceAddress? Leader { get; private set; }

    /// <summary>How far the drain is, for people.</summary>
    public DrainPace Pace { get; } = new();

    /// <summary>Since when the drain cannot be observed; null while it can.</summary>
    public DateTimeOffset? UnreadableSince { get; set; }

    /// <summary>Since when leaders are seen to move, as this process knows it. Not the wait before they may.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>The leaders when they were first seen to move; null before.</summary>
    public ulong? Before { get; private set; }

    /// <summary>Whether leaders have not been seen to move yet.</summary>
    public bool IsEmpty => _wholeAt is null;

    /// <summary>Whether the number of leaders is enough to know how the drain proceeds.</summary>
    public bool MayLookBriefly(DateTimeOffset now) => _wholeAt is { } at && now - at < WholeEvery;

    /// <summary>Whether the server is ALIVE, and its process is the one that was looked at.</summary>
    public bool IsSameProcess(YbTserver? server) =>
        server is { IsAlive: true } && server.Uuid == _server?.Uuid && server.Uptime >= _server?.Uptime;

    /// <summary>Everything was looked at, and the server is in the blacklist.</summary>
    public void Saw(ServiceAddress leader, YbTserver server, DateTimeOffset now) =>
        (Leader, _server, _wholeAt, Since, Before) = (leader, server, now, Since ?? now, Before ?? server.Leaders);
}
