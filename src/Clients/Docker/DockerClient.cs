using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>One Docker Engine, reached over the endpoint it was made for. The operations have the names and models of
/// Docker.DotNet, which carries them out. All members are thread-safe. The API version is negotiated on the first call
/// and kept for the life of the client.</summary>
/// <remarks>Every operation throws <see cref="DockerUnreachableException"/> (or a type derived from it) when the engine
/// cannot be asked, <see cref="DockerApiException"/> (or a type derived from it) when the engine refuses,
/// <see cref="DockerApiVersionException"/> when there is no common API version, and
/// <see cref="OperationCanceledException"/> only when the caller's token was cancelled.</remarks>
public sealed class DockerClient : IAsyncDisposable
{
    private readonly DockerApi _api;

    /// <summary>The first operation connects.</summary>
    /// <exception cref="DockerEndpointException">The endpoint cannot be used as it is written: unknown scheme, plain
    /// tcp without <see cref="DockerEndpoint.Insecure"/>, TLS or ssh material missing or unreadable.</exception>
    public DockerClient(DockerEndpoint endpoint, DockerClientOptions? options = null, TimeProvider? time = null)
        : this(
            endpoint.DisplayName,
            options ??= new DockerClientOptions(),
            time ??= TimeProvider.System,
            new EngineTransport(endpoint, options, time))
    {
    }

    internal DockerClient(
        string endpointName, DockerClientOptions options, TimeProvider time, HttpMessageHandler transport)
    {
        _api = new DockerApi(endpointName, options, time, transport);
        Containers = new ContainerOperations(_api);
        Exec = new ExecOperations(_api);
        Images = new ImageOperations(_api);
        System = new SystemOperations(_api);
    }

    /// <summary>The endpoint as it may be shown: scheme, user, host and port or socket path; never a secret.</summary>
    public string EndpointName => _api.EndpointName;

    public ContainerOperations Containers { get; }

    public ExecOperations Exec { get; }

    public ImageOperations Images { get; }

    public SystemOperations System { get; }

    /// <summary>Waits, without limit, until a started exec has ended: subscribes to the container's events first, then
    /// inspects the exec, so that no end is missed, and inspects it again at every end the engine reports.</summary>
    /// <returns>The exec when it has ended; also when it was never started
    /// (<see cref="ExecState.NotStarted"/>), because there is nothing to wait for.</returns>
    /// <exception cref="DockerNotFoundException">The engine does not know the exec (any more); its outcome cannot be
    /// determined.</exception>
    /// <exception cref="DockerUnreachableException">The connection died; the exec may continue. Wait again.</exception>
    public async Task<ExecState> WaitContainerExecAsync(
        string containerId, string execId, CancellationToken cancellationToken = default)
    {
        var exec = await Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.Running)
        {
            return exec;
        }

        // The engine's clock is read before the second inspect: if the exec ends between that inspect and the
        // subscription, the event is in the engine's buffer of past events.
        var since = await System.PingAsync(cancellationToken).ConfigureAwait(false);
        exec = await Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.Running)
        {
            return exec;
        }

        var filters = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["type"] = ["container"],
            ["container"] = [containerId],
            ["event"] = ["exec_die", "die", "destroy"],
        };
        await foreach (var message in System.MonitorEventsAsync(filters, since, cancellationToken)
            .ConfigureAwait(false))
        {
            if (message.Action == "exec_die"
                && message.Actor.Attributes.TryGetValue("execID", out var ended) && ended != execId)
            {
                continue;
            }

            exec = await Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
            if (!exec.Running)
            {
                return exec;
            }
        }

        throw new UnreachableException("The events end with an exception.");
    }

    /// <summary>Runs a command in a container and waits for its end: for reading, not for run-once work (see
    /// <see cref="ExecOperations"/>).</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    public async Task<ContainerExecOutput> RunExecAsync(
        string containerId, IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        var created = await Exec.ExecCreateContainerAsync(
            containerId,
            new ContainerExecCreateParameters { Cmd = [.. command], AttachStdout = true, AttachStderr = true },
            cancellationToken).ConfigureAwait(false);
        var output = await Exec.StartAndAttachContainerExecAsync(
            created, new ContainerExecAttachParameters(), cancellationToken).ConfigureAwait(false);
        var ended = await WaitContainerExecAsync(containerId, created, cancellationToken).ConfigureAwait(false);
        return new ContainerExecOutput(output.Stdout, output.Stderr, ended.ExitCode ?? -1);
    }

    public ValueTask DisposeAsync()
    {
        _api.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Time limits and retries of a client. Streams have no total limit; a silent one is checked by a ping
/// instead.</summary>
public sealed record DockerClientOptions
{
    /// <summary>Limit for opening a connection (tcp, TLS handshake, or the ssh login); twice as long through a jump
    /// host.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Limit for one short call. Stopping a container adds its grace to it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the engine is pinged on another connection while a call without limit is under way (events,
    /// pull, load, attached exec). A failed ping ends the call with <see cref="DockerUnreachableException"/>.</summary>
    public TimeSpan StreamIdleProbe { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a failed idempotent read is repeated (0: never). Only reads are repeated, only after
    /// transient failures.</summary>
    public int ReadRetries { get; init; } = 2;

    public TimeSpan ReadRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
