namespace Drydock.Clients.Docker;

internal sealed class ExecOperations(DockerHttp http) : IExecOperations
{
    public Task<ContainerExecCreateResponse> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = DockerRequest.Post(
            $"/containers/{Names.Container(containerId)}/exec", $"prepare a command in container {containerId}") with
        {
            Content = JsonBody.Of(parameters, DockerJson.Default.ContainerExecCreateParameters),
            Secrets = SecretScrubber.ForEnvironment(parameters.Env),
        };
        return http.JsonAsync(call, DockerJson.Default.ContainerExecCreateResponse, cancellationToken);
    }

    public Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        http.SendAsync(Start(execId, detach: true, tty: false), cancellationToken);

    public async Task<ContainerExecOutput> StartAndAttachContainerExecAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = Start(execId, detach: false, parameters.Tty);

        // The engine answers an attached start with 200 before it checks whether the exec may run, and writes a refusal
        // into the output.
        var exec = await InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.NotStarted)
        {
            throw new DockerConflictException(
                http.EndpointName, call.Operation, ExecRefusalDetector.Text(execId, exec.Running));
        }

        var keeps = parameters.OnOutput is null;
        var stdout = new BoundedBuffer(keeps ? parameters.MaxStdoutBytes : 0);
        var stderr = new BoundedBuffer(keeps ? parameters.MaxStderrBytes : 0);
        var refusal = new ExecRefusalDetector(execId);
        var total = 0L;
        void Take(ContainerOutputChunk chunk)
        {
            total += chunk.Data.Length;
            if (total > parameters.MaxTotalBytes)
            {
                throw new DockerProtocolException(
                    http.EndpointName, $"Docker at {http.EndpointName} ({call.Operation}): "
                        + $"the command printed more than {parameters.MaxTotalBytes} bytes, so the rest was not read.");
            }

            refusal.Inspect(chunk.Data.Span);
            if (parameters.OnOutput is { } told)
            {
                told(chunk);
            }
            else
            {
                (chunk.Source == ContainerOutputSource.StandardError ? stderr : stdout).Append(chunk.Data.Span);
            }
        }

        if (parameters.Stdin is { } input)
        {
            await FeedAsync(call, input, parameters, Take, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            using var answer = await http.OpenAsync(call, cancellationToken).ConfigureAwait(false);
            await ReadAsync(
                call,
                await answer.BodyAsync(cancellationToken).ConfigureAwait(false),
                parameters.Tty,
                Take,
                cancellationToken).ConfigureAwait(false);
        }

        return refusal.IsDetected
            ? throw new DockerConflictException(
                http.EndpointName, call.Operation, ExecRefusalDetector.Text(execId, running: true))
            : new ContainerExecOutput { Stdout = stdout.ToOutput(), Stderr = stderr.ToOutput() };
    }

    public Task<ContainerExecInspectResponse> InspectContainerExecAsync(
        string execId, CancellationToken cancellationToken = default) =>
        http.JsonAsync(
            DockerRequest.Get($"/exec/{Names.Exec(execId)}/json", $"inspect exec {execId}"),
            DockerJson.Default.ContainerExecInspectResponse,
            cancellationToken);

    // Input and output are copied concurrently: otherwise a command that prints a lot before it reads would deadlock
    // with this client.
    private async Task FeedAsync(
        DockerRequest call,
        Stream input,
        ContainerExecAttachParameters parameters,
        Action<ContainerOutputChunk> take,
        CancellationToken cancellationToken)
    {
        var connection = await http.UpgradeAsync(call, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var feeding = connection.SendAsync(input, parameters.Sent, both.Token);
            var reading = ReadAsync(
                call,
                await connection.BodyAsync(cancellationToken).ConfigureAwait(false),
                parameters.Tty,
                take,
                both.Token);
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
    }

    private async Task ReadAsync(
        DockerRequest call,
        Stream body,
        bool tty,
        Action<ContainerOutputChunk> take,
        CancellationToken cancellationToken)
    {
        await foreach (var chunk in RawOutput.ReadAsync(
            http.EndpointName, call, body, tty, cancellationToken).ConfigureAwait(false))
        {
            take(chunk);
        }
    }

    private static DockerRequest Start(string execId, bool detach, bool tty) =>
        DockerRequest.Post($"/exec/{Names.Exec(execId)}/start", $"start exec {execId}") with
        {
            Content = JsonBody.Of(new ExecStartBody(detach, tty), DockerJson.Default.ExecStartBody),
        };
}

/// <summary>Recognizes the engine's refusal to start an exec a second time when the refusal is written into the output:
/// "Exec command ID is already running" (or "has already run"). Only the first bytes are examined, and they must
/// contain the exec id, which no command knows about itself.</summary>
internal sealed class ExecRefusalDetector(string execId)
{
    private const int MaxInspected = 512;
    private readonly List<byte> _first = [];

    public bool IsDetected
    {
        get
        {
            var text = Encoding.UTF8.GetString([.. _first]);
            return text.Contains($"Exec command {execId} ", StringComparison.Ordinal)
                && text.Contains("already", StringComparison.Ordinal);
        }
    }

    public static string Text(string execId, bool running) =>
        $"exec command {execId} {(running ? "is already running" : "has already run")}";

    public void Inspect(ReadOnlySpan<byte> output)
    {
        var missing = MaxInspected - _first.Count;
        if (missing > 0)
        {
            _first.AddRange(output[..Math.Min(missing, output.Length)]);
        }
    }
}
