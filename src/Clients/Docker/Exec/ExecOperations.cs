using Drydock.Clients.Docker.Http;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker;

/// <inheritdoc/>
internal sealed class ExecOperations(DockerHttp http) : IExecOperations
{
    public Task<ContainerExecCreateResponse> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var call = DockerCall.Post($"/containers/{Names.Container(containerId)}/exec", $"prepare a command in container {containerId}") with
        {
            Content = JsonBody.Of(parameters, DockerJson.Default.ContainerExecCreateParameters),
            Secrets = SecretScrubber.ForEnvironment(parameters.Env),
        };
        return http.SendAsync(call, DockerJson.Default.ContainerExecCreateResponse, cancellationToken);
    }

    public Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        http.SendAsync(Start(execId, detach: true, tty: false), cancellationToken);

    public async Task<ContainerExecOutput> StartAndAttachContainerExecAsync(
        string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var call = Start(execId, detach: false, parameters.Tty);

        // An attached start has answered 200 before the engine looks whether it may run: it then writes its refusal
        // into the output.
        var exec = await InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.NotStarted)
        {
            throw new DockerConflictException(http.EndpointName, call.Operation, AttachedRefusal.Text(execId, exec.Running));
        }

        var keeps = parameters.OnOutput is null;
        var stdout = new BoundedBuffer(keeps ? parameters.MaxStdoutBytes : 0);
        var stderr = new BoundedBuffer(keeps ? parameters.MaxStderrBytes : 0);
        var refusal = new AttachedRefusal(execId);
        var total = 0L;
        void Take(ContainerOutputChunk chunk)
        {
            total += chunk.Data.Length;
            if (total > parameters.MaxTotalBytes)
            {
                throw new DockerProtocolException(
                    http.EndpointName, $"{call.Operation} at {http.EndpointName}: the command printed more than {parameters.MaxTotalBytes} bytes; the rest was not read");
            }

            refusal.Look(chunk.Data.Span);
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
            await ReadAsync(call, await answer.BodyAsync(cancellationToken).ConfigureAwait(false), parameters.Tty, Take, cancellationToken).ConfigureAwait(false);
        }

        return refusal.Seen
            ? throw new DockerConflictException(http.EndpointName, call.Operation, AttachedRefusal.Text(execId, running: true))
            : new ContainerExecOutput { Stdout = stdout.ToOutput(), Stderr = stderr.ToOutput() };
    }

    public Task<ContainerExecInspectResponse> InspectContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        http.ReadAsync(DockerCall.Get($"/exec/{Names.Exec(execId)}/json", $"inspect exec {execId}"), DockerJson.Default.ContainerExecInspectResponse, cancellationToken);

    // Both ways at once: a command that prints much before it reads would wait for us for ever, and we for it.
    private async Task FeedAsync(
        DockerCall call,
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
            var reading = ReadAsync(call, await connection.BodyAsync(cancellationToken).ConfigureAwait(false), parameters.Tty, take, both.Token);
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
        DockerCall call, Stream body, bool tty, Action<ContainerOutputChunk> take, CancellationToken cancellationToken)
    {
        await foreach (var chunk in RawOutput.ReadAsync(http.EndpointName, call, body, tty, cancellationToken).ConfigureAwait(false))
        {
            take(chunk);
        }
    }

    private static DockerCall Start(string execId, bool detach, bool tty) => DockerCall.Post($"/exec/{Names.Exec(execId)}/start", $"start exec {execId}") with
    {
        Content = JsonBody.Of(new ExecStartWire(detach, tty), DockerJson.Default.ExecStartWire),
    };
}
