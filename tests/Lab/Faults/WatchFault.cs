namespace Drydock.Lab;

/// <summary>The fault of a watch event.</summary>
public abstract record WatchFault
{
    private WatchFault()
    {
    }

    /// <summary>The event passes.</summary>
    public static WatchFault Pass { get; } = new ReplaceFault(null, 1);

    /// <summary>The event is lost; the watch continues.</summary>
    public static WatchFault Drop { get; } = new ReplaceFault(null, 0);

    /// <summary>The event is sent twice.</summary>
    public static WatchFault Duplicate { get; } = new ReplaceFault(null, 2);

    /// <summary>
    /// This event and all later ones are lost, and the connection stays open: the client sees a quiet watch.
    /// </summary>
    public static WatchFault HalfOpen { get; } = new HalfOpenFault();

    /// <summary>The connection is reset before the event.</summary>
    public static WatchFault Cut { get; } = new CutFault();

    /// <summary>
    /// The server no longer knows the resource version: an ERROR event with code 410 is sent instead.
    /// </summary>
    public static WatchFault Gone { get; } = Replace(
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version (fault injected by the lab)","reason":"Expired","code":410}}""");

    /// <summary>This event and all later ones of this watch wait until a task ends.</summary>
    public static WatchFault HoldUntil(Task gate) => new HoldFault(gate);

    /// <summary>Another event is sent instead.</summary>
    public static WatchFault Replace(string json) => new ReplaceFault(json, 1);

    internal sealed record ReplaceFault(string? Json, int Times) : WatchFault;

    internal sealed record HalfOpenFault : WatchFault;

    internal sealed record CutFault : WatchFault;

    internal sealed record HoldFault(Task Gate) : WatchFault;
}
