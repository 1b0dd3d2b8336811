namespace Drydock.Clients.Docker;

/// <summary>A sign of life.</summary>
public sealed record PingResponse
{
    /// <summary>The highest API version the engine speaks; empty if it does not say.</summary>
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    /// <summary><c>linux</c>.</summary>
    public string OSType { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The engine's clock, to the second: the right base for <see cref="ContainerEventsParameters.Since"/>.
    /// </summary>
    public DateTimeOffset? ServerTime { get; init; }
}
