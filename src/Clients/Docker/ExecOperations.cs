using Docker.DotNet.Models;
using PackageStream = Docker.DotNet.MultiplexedStream;

namespace Drydock.Clients.Docker;

/// <summary>Commands inside running containers. Creating an exec runs nothing and gives an id; starting that id runs
/// the command once, and the engine refuses a second start of the same id. A caller that must run a command exactly
/// once persists the id between the two. The engine forgets exec ids when it or the container stops, and ended ones
/// some 5 to 10 minutes after their end (moby's execCommandGC): from then on every operation on them is
/// <see cref="DockerNotFoundException"/>, which therefore never means "did not run".</summary>
public sealed class ExecOperations
{
    private const int BufferBytes = 32 * 1024;

    private readonly DockerApi _api;

    internal ExecOperations(DockerApi api) => _api = api;

    /// <summary>Prepares a command. It does not run yet.</summary>
    /// <returns>The exec id.</returns>
    /// <exception cref="DockerConflictException">The container is not running or is paused.</exception>
    public async Task<string> ExecCreateContainerAsync(
        string containerId, ContainerExecCreateParameters parameters, CancellationToken cancellationToken = default)
    {
        var call = new DockerCall($"prepare a command in container {containerId}")
        {
            Changes = true,
            Secrets = ErrorMapper.Values(parameters.Env),
        };
        var created = await _api.CallAsync(
            call,
            token => _api.Package.Exec.CreateContainerExecAsync(DockerApi.Id(containerId), parameters, token),
            cancellationToken).ConfigureAwait(false);
        return created?.ID is { Length: > 0 } id ? id : throw _api.NotJson(call, "$.Id");
    }

    /// <summary>Starts a prepared command detached and returns when it runs; a lost client neither blocks nor ends
    /// it.</summary>
    /// <exception cref="DockerConflictException">This exec id is running or has run.</exception>
    /// <exception cref="DockerNotFoundException">The engine does not know the id (any more: a restarted engine forgets
    /// exec ids).</exception>
    public Task StartContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        _api.SendAsync(
            new DockerCall($"start exec {execId}") { Changes = true, Body = Body(isDetached: true) },
            Path(execId),
            static (_, _) => Task.FromResult(true),
            cancellationToken);

    /// <summary>Starts a prepared command, reads its stdout and stderr to the end, and keeps the end of each (the
    /// omitted bytes before it are counted). The output ends when every process holding the pipes is gone, which can be
    /// before the engine has recorded the exit code; <see cref="DockerClient.WaitContainerExecAsync"/> waits for that.
    /// The command has a connection of its own; one that ends before it has read all of its input is not a
    /// failure.</summary>
    /// <exception cref="IOException">The data to send cannot be read. The command sees the end of its input
    /// there.</exception>
    /// <exception cref="DockerConflictException">This exec id is running or has run.</exception>
    /// <exception cref="DockerNotFoundException">The engine does not know the id.</exception>
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
        var call = new DockerCall($"start exec {execId}")
        {
            Changes = true,
            Body = Body(isDetached: false),
            Terms = DockerCall.Streamed,
            IsAttached = true,
        };
        try
        {
            await _api.SendAsync(call, Path(execId), ExchangeAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // It carries nothing else, whatever the answer was.
            call.Connection?.Dispose();
        }

        return output.IsRefusal ? throw Refused(execId, isRunning: true) : output.Output;

        async Task<bool> ExchangeAsync(HttpResponseMessage response, CancellationToken token)
        {
            var stream = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            using var frames = new PackageStream(stream, multiplexed: true);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(token);

            // Input and output are copied concurrently: otherwise a command that prints a lot before it reads would
            // deadlock with this client.
            var input = new CommandInput(stream, call.Connection ?? new ConnectionStream(stream));
            parameters.OnInput?.Invoke(input);
            var feeding = parameters.Stdin is { } data
                ? input.SendAsync(data, parameters.Sent, both.Token)
                : Task.CompletedTask;
            var reading = ReadAsync(call, frames, output, both.Token);
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
                if (!feeding.IsCompleted || !reading.IsCompleted)
                {
                    await both.CancelAsync().ConfigureAwait(false);
                    await Task.WhenAll(feeding, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            return true;
        }
    }

    /// <summary>Whether a prepared command has not started, runs or ended, and with which exit code.</summary>
    /// <exception cref="DockerNotFoundException">The engine does not know the id (any more).</exception>
    public Task<ExecState> InspectContainerExecAsync(string execId, CancellationToken cancellationToken = default) =>
        _api.JsonAsync(
            new DockerCall($"inspect exec {execId}"),
            $"/exec/{DockerApi.Id(execId)}/json",

            // The package would read a missing member as "has not run".
            exec => exec.Text("ID") is { Length: > 0 } && exec["Running"] is { } running
                ? new ExecState(running.Deserialize<bool>(), exec["ExitCode"]?.Deserialize<int>())
                : null,
            cancellationToken);

    private static JsonObject Body(bool isDetached) => new() { ["Detach"] = isDetached, ["Tty"] = false };

    private static string Path(string execId) => $"/exec/{DockerApi.Id(execId)}/start";

    private DockerConflictException Refused(string execId, bool isRunning) => new(
        _api.EndpointName,
        $"start exec {execId}",
        $"exec command {execId} {(isRunning ? "is already running" : "has already run")}");

    private async Task ReadAsync(
        DockerCall call, PackageStream frames, AttachedOutput output, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            PackageStream.ReadResult read;
            try
            {
                read = await frames.ReadOutputAsync(buffer, 0, buffer.Length, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                // Also the end of the stream inside a frame.
                throw _api.Failed(call, e);
            }

            if (read.EOF)
            {
                return;
            }

            if (!output.Take(read.Target == PackageStream.TargetStream.StandardError, buffer.AsMemory(0, read.Count)))
            {
                throw new DockerProtocolException(
                    $"Docker at {_api.EndpointName} ({call.Operation}): the command printed more than "
                        + $"{ContainerExecAttachParameters.MaxTotalBytes} bytes, so the rest was not read.");
            }
        }
    }
}

/// <summary>The state of a prepared command: neither running nor with an exit code means that it was never
/// started.</summary>
public sealed record ExecState(bool Running, int? ExitCode)
{
    public bool HasEnded => !Running && ExitCode is not null;

    public bool NotStarted => !Running && ExitCode is null;
}

/// <summary>What is sent to an attached command, and how much of its output is kept.</summary>
public sealed record ContainerExecAttachParameters
{
    /// <summary>Bytes kept of stdout, and of stderr: the end.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>How much the command may print in all, in bytes, before the operator stops reading. The operator's
    /// commands print far less.</summary>
    public const long MaxTotalBytes = 64L << 20;

    /// <summary>The command's input, from the current position to its end; it is read once. The exec must have been
    /// created with <see cref="ContainerExecCreateParameters.AttachStdin"/>. Null: no input.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>Receives how many bytes of <see cref="Stdin"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>Receives the open input of a command that is asked again and again, instead of
    /// <see cref="Stdin"/>.</summary>
    public Action<CommandInput>? OnInput { get; init; }

    /// <summary>Receives the output (false: of stdout, true: of stderr) instead of having it kept. The bytes are valid
    /// during the call only; a character or line may be split between two pieces.</summary>
    public Action<bool, ReadOnlyMemory<byte>>? OnOutput { get; init; }
}

/// <summary>The input of an attached command.</summary>
public sealed class CommandInput
{
    private readonly Stream _stream;
    private readonly ConnectionStream _connection;

    internal CommandInput(Stream stream, ConnectionStream connection) => (_stream, _connection) = (stream, connection);

    /// <exception cref="IOException">The command has ended, or the connection is broken.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        _stream.WriteAsync(bytes, cancellationToken);

    /// <summary>Ends the input. The output can still be read.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _connection.CloseWriteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The command has ended already, or the connection broke; the reader of the output learns which.
        }
    }

    // Input that the command does not read is not a failure; its exit code and output say why.
    internal async Task SendAsync(Stream data, Action<long>? sent, CancellationToken cancellationToken)
    {
        if (await RemoteInput.SendAsync(data, _stream, sent, cancellationToken).ConfigureAwait(false))
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }
}

/// <summary>What an attached command wrote. No record, because the text of one would show it.</summary>
/// <param name="exitCode">Its exit code; -1 if the engine gave none or was not asked.</param>
public sealed class ContainerExecOutput(string stdout, string stderr, int exitCode = -1)
{
    public string Stdout => stdout;

    public string Stderr => stderr;

    public int ExitCode => exitCode;
}

/// <summary>Takes the output of an attached command: tells it, or keeps a limited part of it. It recognizes the
/// engine's refusal to start an exec a second time, which is written into the output: "Exec command ID is already
/// running" (or "has already run"). Only the first bytes are examined, and they must contain the exec id, which no
/// command knows about itself.</summary>
internal sealed class AttachedOutput(string execId, ContainerExecAttachParameters parameters)
{
    private const int MaxInspected = 512;

    private readonly List<byte> _first = [];
    private readonly TailBuffer _stdout = new(ContainerExecAttachParameters.MaxBytes);
    private readonly TailBuffer _stderr = new(ContainerExecAttachParameters.MaxBytes);
    private long _total;

    public bool IsRefusal
    {
        get
        {
            var text = Encoding.UTF8.GetString([.. _first]);
            return text.Contains($"exec command {execId} ", StringComparison.OrdinalIgnoreCase)
                && text.Contains("already", StringComparison.Ordinal);
        }
    }

    public ContainerExecOutput Output => new(Kept(_stdout), Kept(_stderr));

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

    private static string Kept(TailBuffer tail) =>
        tail.Omitted == 0 ? tail.Text : $"[{tail.Omitted} bytes omitted]\n{tail.Text}";
}
