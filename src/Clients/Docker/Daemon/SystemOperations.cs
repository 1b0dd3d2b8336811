namespace Drydock.Clients.Docker;

internal sealed class SystemOperations(DockerApi api) : ISystemOperations
{
    public Task<DateTimeOffset?> PingAsync(CancellationToken cancellationToken = default) =>
        api.PingAsync(cancellationToken);

    public Task<VersionResponse> GetVersionAsync(CancellationToken cancellationToken = default) =>
        api.CallAsync(new DockerCall("read the version"), api.Package.System.GetVersionAsync, cancellationToken);

    public async Task<SystemInfoResponse> GetSystemInfoAsync(CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("read the system information");
        var info = await api.CallAsync(call, api.Package.System.GetSystemInfoAsync, cancellationToken)
            .ConfigureAwait(false);
        return info is { ID.Length: > 0 } ? info : throw api.NotJson(call, "$.ID");
    }

    public async IAsyncEnumerable<Message> MonitorEventsAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> filters,
        DateTimeOffset? since = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = new DockerCall("watch events") { Terms = DockerCall.Streamed, HasLines = true };
        var parameters = new ContainerEventsParameters
        {
            Since = since is { } time ? DockerModels.Unix(time) : null,
            Filters = DockerModels.Filters(filters),
        };
        var events = Channel.CreateUnbounded<Message>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync();
        try
        {
            await foreach (var message in events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }

        async Task WatchAsync()
        {
            try
            {
                await api.CallAsync(
                    call,
                    token => api.Package.System.MonitorEventsAsync(parameters, new Events(events.Writer), token),
                    stop.Token).ConfigureAwait(false);
                throw new DockerUnreachableException(
                    api.EndpointName,
                    $"Docker at {api.EndpointName} ended the event stream. It may be stopping.",
                    mayHaveBeenProcessed: false);
            }
            catch (Exception e)
            {
                // Thrown where the events are read.
                events.Writer.Complete(e);
            }
        }
    }

    private sealed class Events(ChannelWriter<Message> writer) : IProgress<Message>
    {
        public void Report(Message value)
        {
            value.Action = value.Action?.Split(':')[0] ?? "";
            value.Actor ??= new Actor();
            value.Actor.Attributes ??= new Dictionary<string, string>(StringComparer.Ordinal);
            writer.TryWrite(value);
        }
    }
}
