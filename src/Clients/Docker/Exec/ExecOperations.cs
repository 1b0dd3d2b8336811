using Drydock.Clients.Docker.Http;
using Drydock.Clients.Docker.Json;

namespace Drydock.Clients.Docker;

/// <inheritdoc/>
internal sealed class ExecOperations(DockerHttp http) : IExecOperations
{
    public Task<ContainerExecCreateResponse> ExecCreateContainerAsync(string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
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

    public async Task<ContainerExecOutput> StartAndAttachContainerExecAsync(string execId, ContainerExecAttachParameters parameters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var call = Start(execId, detach: false, parameters.Tty);

        // An attached start has answered 200 before the engine looks whether it may run: it then writes its refusal into the output.
        var exec = await InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.NotStarted)
        {
            throw new DockerConflictException(http.EndpointName, call.Operation, AttachedRefusal.Text(execId, exec.Running));
        }

        var stdout = new BoundedBuffer(parameters.MaxStdoutBytes);
        var stderr = new BoundedBuffer(parameters.MaxStderrBytes);
        var refusal = new AttachedRefusal(execId);
        using var answer = await http.OpenAsync(call, cancellationToken).ConfigureAwait(false);
        var body = await answer.BodyAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var chunk in RawOutput.ReadAsync(http.EndpointName, call, body, parameters.Tty, cancellationToken).ConfigureAwait(false))
        {
            (chunk.Source == ContainerOutputSource.StandardError ? stderr : stdout).Append(chunk.Data.Span);
            refusal.Look(chunk.Data.Span);
        }

        return refusal.Seen
            ? throw new DockerConflictException(http.EndpointName, call.Operation, AttachedRefusal.Text(execId, running: true))
            : new ContainerExecOutput { Stdout = stdout.ToOutput(), Stderr = stderr.ToOutput() };
    }

    public Task<ContainerExecInspectResponse> InspectContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        http.ReadAsync(DockerCall.Get($"/exec/{Names.Exec(execId)}/json", $"inspect exec {execId}"), DockerJson.Default.ContainerExecInspectResponse, cancellationToken);

    private static DockerCall Start(string execId, bool detach, bool tty) => DockerCall.Post($"/exec/{Names.Exec(execId)}/start", $"start exec {execId}") with
    {
        Content = JsonBody.Of(new ExecStartWire(detach, tty), DockerJson.Default.ExecStartWire),
    };
}
