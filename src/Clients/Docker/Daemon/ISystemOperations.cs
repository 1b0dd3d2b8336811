namespace Drydock.Clients.Docker;

/// <summary>Operations on the engine itself.</summary>
public interface ISystemOperations
{
    Task<PingResponse> PingAsync(CancellationToken cancellationToken = default);

    Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default);

    /// <summary>The engine's view of its host.</summary>
    Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default);

    /// <summary>Events as they happen, first those since <see cref="ContainerEventsParameters.Since"/> (the engine
    /// keeps its last 256). It ends normally only at <see cref="ContainerEventsParameters.Until"/>.</summary>
    /// <exception cref="DockerUnreachableException">The connection died, or the engine stopped answering; the caller
    /// subscribes again from the last <see cref="Message.TimeNano"/> it saw, and observes the state once.</exception>
    IAsyncEnumerable<Message> MonitorEventsAsync(
        ContainerEventsParameters parameters, CancellationToken cancellationToken = default);
}
