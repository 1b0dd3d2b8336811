using Docker.DotNet.Models;

namespace Drydock.Clients.Docker;

/// <summary>A long-lived container used as a host: commands run in it by exec. Each command is followed by a marker on
/// both outputs. Without the markers its end counts as not seen, because a broken connection looks like the end of the
/// output.</summary>
/// <param name="client">The engine; shared, not disposed here.</param>
/// <param name="container">Its name or id.</param>
/// <param name="user">The user commands run as; null: the container's own user.</param>
/// <param name="maxOutput">How much of a command's output and of its errors is kept: the end of each, in bytes.</param>
public sealed class ContainerRemoteClient(
    DockerClient client, string host, string container, string? user, int maxOutput, TimeProvider time) : IRemoteClient
{
    // A number, because a container may have no user names.
    private const string Root = "0";

    // Exit codes of runc and the shell for a program that cannot be run; the engine reports them for a command that it
    // could not start.
    private const int NotExecutable = 126;
    private const int NotFound = 127;

    // The engine records the end of a command right after the end of its outputs.
    private static readonly TimeSpan NotingLimit = TimeSpan.FromSeconds(30);

    public string Name { get; } = $"{host} (container {container} at {client.EndpointName})";

    public bool IsInteractive => true;

    public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var mark = $"drydock-end-{Guid.NewGuid():N}";
        string? exec = null;
        var kept = command.Kept(maxOutput) + mark.Length;
        var (output, errors) = (new TailBuffer(kept), new TailBuffer(kept));
        try
        {
            // It does not run yet.
            exec = await client.Exec.ExecCreateContainerAsync(
                container,
                new ContainerExecCreateParameters
                {
                    Cmd = [
                        "sh",
                        "-c",
                        $"\"$@\"; r=$?; printf {mark}; printf {mark} >&2; exit $r",
                        "sh",
                        .. command.Limited],
                    User = (command.AsRoot ? Root : command.AsUser ?? user) ?? "",
                    AttachStdin = command.Input is not null,
                    AttachStdout = true,
                    AttachStderr = true,
                },
                cancellationToken).ConfigureAwait(false);
            await client.Exec.StartAndAttachContainerExecAsync(
                exec,
                new ContainerExecAttachParameters
                {
                    Stdin = command.Input,
                    Sent = command.Sent,
                    OnOutput = (isError, data) =>
                    {
                        (isError ? errors : output).Append(data.Span);
                        command.Output?.Invoke(isError, data);
                    },
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (DockerException exception)
        {
            throw Refused(
                exception,
                mayHaveRun: exec is not null
                    && exception is DockerUnreachableException { MayHaveBeenProcessed: true }
                        or DockerStreamException
                        or DockerProtocolException);
        }

        var exitCode = await ExitCodeAsync(exec, cancellationToken).ConfigureAwait(false);
        var (isOutput, isErrors) =
            (Cut(output.Text, mark, out var printed), Cut(errors.Text, mark, out var complained));
        if (isOutput && isErrors)
        {
            return new RemoteResult(exitCode, printed, complained);
        }

        throw exitCode is NotExecutable or NotFound && !isOutput && !isErrors && complained.Length == 0
            ? NotStarted(printed.Trim())
            : OutcomeUnknown(
                $"its end was not seen (Docker reports exit code {exitCode}), because the container was stopped or the "
                    + "connection broke");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<int> ExitCodeAsync(string exec, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(NotingLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var ended = await client.WaitContainerExecAsync(container, exec, linked.Token).ConfigureAwait(false);
            return ended.ExitCode
                ?? throw OutcomeUnknown("Docker does not report its end");
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw OutcomeUnknown("the connection broke while it ran", exception);
        }
        catch (DockerException exception)
        {
            throw Refused(exception, mayHaveRun: true);
        }
    }

    private static bool Cut(string text, string mark, out string before)
    {
        var at = text.LastIndexOf(mark, StringComparison.Ordinal);
        before = at < 0 ? text : text.Remove(at, mark.Length);
        return at >= 0;
    }

    private RemoteException NotStarted(string words) =>
        words.Contains("unable to find user", StringComparison.Ordinal)
            || words.Contains("unable to find group", StringComparison.Ordinal)
        ? new RemoteException(
            $"{Name}: the container does not know the user {user}: {Sentences.Close(words)}",
            RemoteRefusal.Authentication)
        : new RemoteException(
            $"{Name}: no command can be run in the container, because a POSIX shell is needed: "
                + $"{(words.Length > 0 ? Sentences.Close(words) : "Docker does not say why.")}",
            RemoteRefusal.RemoteCommand);

    private RemoteException OutcomeUnknown(string why, Exception? innerException = null) =>
        new(
            $"{Name}: it is unknown whether the command ran: {why}.",
            RemoteRefusal.Connection,
            mayHaveRun: true,
            innerException);

    private RemoteException Refused(DockerException exception, bool mayHaveRun)
    {
        var (reason, what) = exception switch
        {
            DockerTlsException { RefusedBy: TlsRefusal.Client } => (RemoteRefusal.HostKey, exception.Message),
            DockerTlsException { RefusedBy: TlsRefusal.Server } => (RemoteRefusal.Authentication, exception.Message),
            DockerSshException ssh => (ssh.Reason, exception.Message),
            DockerApiException { IsUnauthorized: true } => (RemoteRefusal.Authentication, exception.Message),
            DockerEndpointException => (RemoteRefusal.LocalClient, exception.Message),
            DockerNotFoundException when !mayHaveRun => (RemoteRefusal.Container, "there is no such container."),
            DockerConflictException conflict when !mayHaveRun =>
                (RemoteRefusal.Container, ErrorMapper.Sentence(conflict.EngineMessage)),
            DockerApiException { StatusCode: HttpStatusCode.BadRequest } =>
                (RemoteRefusal.RemoteCommand, exception.Message),
            _ => (RemoteRefusal.Connection, exception.Message),
        };
        return new RemoteException(
            $"{Name}: {(mayHaveRun ? "it is unknown whether the command ran: " : "")}{what}",
            reason,
            mayHaveRun,
            exception);
    }
}
