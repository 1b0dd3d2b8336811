namespace Drydock.Clients.Docker;

/// <summary>Operations on the engine itself.</summary>
public interface ISystemOperations
{
    /// <returns>The engine's clock, to the second: the right base for <see cref="MonitorEventsAsync"/>.</returns>
    Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken = default);

    Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default);

    /// <summary>The engine's view of its host.</summary>
    Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default);

    /// <summary>Events as they happen, without end. <see cref="Message.Action"/> is the bare verb: the engine puts an
    /// exec's command line behind a colon, which is cut off.</summary>
    /// <param name="filters">The engine's filters: <c>type</c>, <c>event</c>, <c>container</c>, <c>image</c>,
    /// <c>label</c>. Values of one key are alternatives; all keys must match.</param>
    /// <param name="since">The earliest time, by the engine's clock; it keeps its last 256 events. Null: from
    /// now.</param>
    /// <exception cref="DockerUnreachableException">The connection died, or the engine stopped or does not answer; the
    /// caller subscribes again, and observes the state once.</exception>
    IAsyncEnumerable<Message> MonitorEventsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters,
        DateTimeOffset? since = null,
        CancellationToken cancellationToken = default);
}
