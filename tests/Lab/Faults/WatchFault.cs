namespace Drydock.Lab;

/// <summary>What becomes of a watch event.</summary>
public abstract record WatchFault
{
    private WatchFault()
    {
    }

    /// <summary>It goes through.</summary>
    public static WatchFault Pass { get; } = new ReplaceFault(null, 1);

    /// <summary>It is lost; the watch goes on.</summary>
    public static WatchFault Drop { get; } = new ReplaceFault(null, 0);

    /// <summary>It comes twice.</summary>
    public static WatchFault Duplicate { get; } = new ReplaceFault(null, 2);

    /// <summary>It and all later ones are lost, and the connection stays open: the client sees a quiet watch.</summary>
    public static WatchFault HalfOpen { get; } = new HalfOpenFault();

    /// <summary>The connection is reset before it.</summary>
    public static WatchFault Cut { get; } = new CutFault();

    /// <summary>The server forgot the resource version: an ERROR event with code 410 comes instead.</summary>
    public static WatchFault Gone { get; } = Replace(
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version (fault injected by the lab)","reason":"Expired","code":410}}""");

    /// <summary>It, and all later ones of this watch, wait until a task ends.</summary>
    public static WatchFault HoldUntil(Task gate) => new HoldFault(gate);

    /// <summary>Another event comes instead.</summary>
    public static WatchFault Replace(string json) => new ReplaceFault(json, 1);

    internal sealed record ReplaceFault(string? Json, int Times) : WatchFault;

    internal sealed record HalfOpenFault : WatchFault;

    internal sealed record CutFault : WatchFault;

    internal sealed record HoldFault(Task Gate) : WatchFault;
}
