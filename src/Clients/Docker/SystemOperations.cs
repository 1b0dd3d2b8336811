using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>Operations on the engine itself.</summary>
public sealed class SystemOperations
{
    private readonly DockerApi _api;

    internal SystemOperations(DockerApi api) => _api = api;

    /// <returns>The engine's clock, to the second: the right base for <see cref="MonitorEventsAsync"/>.</returns>
    public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken = default) =>
        _api.PingAsync(cancellationToken);

    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        _api.CallAsync(new DockerCall("read the version"), _api.Package.System.GetVersionAsync, cancellationToken);

    /// <summary>The engine's view of its host.</summary>
    public async Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("read the system information");
        var info = await _api.CallAsync(call, _api.Package.System.GetSystemInfoAsync, cancellationToken)
            .ConfigureAwait(false);
        return info is { ID.Length: > 0 } ? info : throw _api.NotJson(call, "$.ID");
    }

    /// <summary>Events as they happen, without end. <see cref="Message.Action"/> is the bare verb: the engine puts an
    /// exec's command line behind a colon, which is cut off.</summary>
    /// <param name="filters">The engine's filters: <c>type</c>, <c>event</c>, <c>container</c>, <c>image</c>,
    /// <c>label</c>. Values of one key are alternatives; all keys must match.</param>
    /// <param name="since">The earliest time, by the engine's clock; it keeps its last 256 events. Null: from
    /// now.</param>
    /// <exception cref="DockerUnreachableException">The connection died, or the engine stopped or does not answer; the
    /// caller subscribes again, and observes the state once.</exception>
    public async IAsyncEnumerable<Message> MonitorEventsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters,
        DateTimeOffset? since = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("watch events") { Terms = DockerCall.Streamed, HasLines = true };
        var wanted = filters.ToDictionary(
            filter => filter.Key,
            filter => filter.Value.ToDictionary(value => value, _ => true, StringComparer.Ordinal),
            StringComparer.Ordinal);
        var from = since is { } time
            ? $"since={time.ToUnixTimeSeconds()}.{time.Ticks % TimeSpan.TicksPerSecond:d7}&"
            : "";
        var path = $"/events?{from}filters={Uri.EscapeDataString(JsonSerializer.Serialize(wanted))}";
        await using var lines = await _api.OpenAsync(call, path, cancellationToken).ConfigureAwait(false);

        // The package tells events to a callback only, which cannot wait for its reader.
        await using var events = JsonSerializer.DeserializeAsyncEnumerable<Message>(
            lines, topLevelValues: true, options: null, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await _api.TypedAsync(call, () => events.MoveNextAsync().AsTask(), cancellationToken)
            .ConfigureAwait(false))
        {
            var message = events.Current ?? throw _api.NotJson(call);
            message.Action = message.Action?.Split(':')[0] ?? "";
            message.Actor ??= new Actor();
            message.Actor.Attributes ??= new Dictionary<string, string>(StringComparer.Ordinal);
            yield return message;
        }

        throw new DockerUnreachableException(
            $"Docker at {_api.EndpointName} ended the event stream. It may be stopping.",
            mayHaveBeenProcessed: false);
    }
}
