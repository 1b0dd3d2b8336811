using PackageStream = Docker.DotNet.MultiplexedStream;

namespace Drydock.Clients.Docker;

internal sealed class ExecOperations(DockerApi api) : IExecOperations
{
    private const int BufferBytes = 32 * 1024;

    public async Task<string> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"prepare a command in container {containerId}")
        {
            Changes = true,
            Secrets = SecretScrubber.ForEnvironment(parameters.Env),
        };
        var created = await api.CallAsync(
            call,
            token => api.Package.Exec.CreateContainerExecAsync(Names.Container(containerId), parameters, token),
            cancellationToken).ConfigureAwait(false);
        return created?.ID is { Length: > 0 } id ? id : throw api.NotJson(call, "$.Id");
    }

    public Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        api.CallAsync(
            new DockerCall($"start exec {execId}") { Changes = true },
            async token =>
            {
                using var answer = await api.Package.Exec.StartContainerExecAsync(
                    Names.Exec(execId), new ContainerExecStartParameters { Detach = true }, token)
                    .ConfigureAwait(false);
            },
            cancellationToken);

    public async Task<ContainerExecOutput> StartAndAttachContainerExecAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default)
    {
        // The engine opens the stream before it checks whether the exec may run, and writes a refusal into the output.
        var exec = await InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.NotStarted)
        {
            throw Refused(execId, exec.Running);
        }

        var output = new AttachedOutput(execId, parameters);
        await using var attached = new AttachedConnection();
        var call = new DockerCall($"start exec {execId}")
        {
            Changes = true,
            Terms = DockerCall.Streamed,
            Attached = attached,
        };
        await api.CallAsync(
            call,
            async token =>
            {
                using var stream = await api.Package.Exec.StartContainerExecAsync(
                    Names.Exec(execId), new ContainerExecStartParameters(), token).ConfigureAwait(false);
                await FeedAsync(call, stream, parameters, output, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return output.IsRefusal ? throw Refused(execId, isRunning: true) : output.Output;
    }

    // The package would read a missing member as "has not run".
    public Task<ExecState> InspectContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        api.JsonAsync(
            new DockerCall($"inspect exec {execId}"),
            HttpMethod.Get,
            $"/exec/{Names.Exec(execId)}/json",
            body: null,
            exec => exec.Text("ID") is { Length: > 0 } && exec["Running"] is { } running
                ? new ExecState(running.Deserialize<bool>(), exec["ExitCode"]?.Deserialize<int>())
                : null,
            cancellationToken);

    private DockerConflictException Refused(string execId, bool isRunning) => new(
        api.EndpointName,
        $"start exec {execId}",
        $"exec command {execId} {(isRunning ? "is already running" : "has already run")}");

    // Input and output are copied concurrently: otherwise a command that prints a lot before it reads would deadlock
    // with this client.
    private async Task FeedAsync(
        DockerCall call,
        PackageStream stream,
        ContainerExecAttachParameters parameters,
        AttachedOutput output,
        CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feeding = parameters.Stdin is { } input
            ? call.Attached!.FeedAsync(input, parameters.Sent, both.Token)
            : Task.CompletedTask;
        var reading = ReadAsync(call, stream, output, both.Token);
        try
        {
            if (await Task.WhenAny(feeding, reading).ConfigureAwait(false) == feeding)
            {
                await feeding.ConfigureAwait(false);
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            await both.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(feeding, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(
        DockerCall call, PackageStream stream, AttachedOutput output, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            PackageStream.ReadResult read;
            try
            {
                read = await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                // Also the end of the stream inside a frame.
                throw api.Failed(call, e);
            }

            if (read.EOF)
            {
                return;
            }

            if (!output.Take(read.Target == PackageStream.TargetStream.StandardError, buffer.AsMemory(0, read.Count)))
            {
                throw new DockerProtocolException(
                    api.EndpointName,
                    $"Docker at {api.EndpointName} ({call.Operation}): the command printed more than "
                        + $"{ContainerExecAttachParameters.MaxTotalBytes} bytes, so the rest was not read.");
            }
        }
    }
}

/// <summary>Takes the output of an attached command: tells it, or keeps a limited part of it. It recognizes the
/// engine's refusal to start an exec a second time, which is written into the output: "Exec command ID is already
/// running" (or "has already run"). Only the first bytes are examined, and they must contain the exec id, which no
/// command knows about itself.</summary>
internal sealed class AttachedOutput(string execId, ContainerExecAttachParameters parameters)
{
    private const int MaxInspected = 512;

    private readonly List<byte> _first = [];
    private readonly Kept _stdout = new();
    private readonly Kept _stderr = new();
    private long _total;

    public bool IsRefusal
    {
        get
        {
            var text = Encoding.UTF8.GetString([.. _first]);
            return text.Contains($"Exec command {execId} ", StringComparison.Ordinal)
                && text.Contains("already", StringComparison.Ordinal);
        }
    }

    public ContainerExecOutput Output => new(_stdout.Text, _stderr.Text);

    /// <summary>Takes a piece; false if it is too much.</summary>
    public bool Take(bool isError, ReadOnlyMemory<byte> data)
    {
        _total += data.Length;
        if (_total > ContainerExecAttachParameters.MaxTotalBytes)
        {
            return false;
        }

        _first.AddRange(data.Span[..Math.Min(MaxInspected - _first.Count, data.Length)]);
        if (parameters.OnOutput is { } told)
        {
            told(isError, data);
        }
        else
        {
            (isError ? _stderr : _stdout).Append(data.Span);
        }

        return true;
    }

    private sealed class Kept
    {
        private readonly TailBuffer _tail = new(ContainerExecAttachParameters.MaxBytes);
        private long _all;

        public string Text => _all <= ContainerExecAttachParameters.MaxBytes
            ? _tail.Text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"[{_all - ContainerExecAttachParameters.MaxBytes} bytes omitted]\n{_tail.Text}");

        public void Append(ReadOnlySpan<byte> data)
        {
            _all += data.Length;
            _tail.Append(data);
        }
    }
}
