using System.Formats.Tar;

namespace Drydock.Clients.Docker;

/// <summary>Actions that need more than one operation. They work with any <see cref="IDockerClient"/>, including
/// in-memory ones.</summary>
public static class DockerClientExtensions
{
    /// <summary>A container; null if there is none of that name or id.</summary>
    public static async Task<InspectedContainer?> FindContainerAsync(
        this IContainerOperations containers, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(containers);
        try
        {
            return await containers.InspectContainerAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads one regular file of a container (running, stopped or never started), bind mounts
    /// included.</summary>
    /// <returns>The bytes, or null when the path (not the container) does not exist.</returns>
    /// <exception cref="InvalidDataException">It is not a regular file, or larger than
    /// <paramref name="maxBytes"/>.</exception>
    public static async Task<byte[]?> ReadFileAsync(
        this IContainerOperations containers,
        string id,
        string path,
        int maxBytes,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(containers);
        ArgumentNullException.ThrowIfNull(path);
        string? link = null;
        var content = await containers.OpenAsync(id, path, ReadAsync, cancellationToken).ConfigureAwait(false);
        return link is null
            ? content
            : await containers.OpenAsync(id, link, ReadAsync, cancellationToken).ConfigureAwait(false);

        async Task<byte[]?> ReadAsync(ContainerPathStatResponse stat, Stream stream)
        {
            if (link is null && stat is { IsSymbolicLink: true, LinkTarget.Length: > 0 })
            {
                link = stat.LinkTarget;
                return null;
            }

            return !stat.IsRegularFile
                ? throw new InvalidDataException($"{path} in container {id} is not a regular file.")
                : stat.Size > maxBytes
                ? throw new InvalidDataException(
                    $"{path} in container {id} has {stat.Size} bytes; at most {maxBytes} are read.")
                : await FirstFileAsync(stream, id, path, maxBytes, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Copies a file of any length into an existing directory of a container (root:root, mode 0644), running
    /// or not, replacing one of that name. An interrupted copy may leave a part of it.</summary>
    /// <param name="fileName">Name of the file, at most 100 bytes.</param>
    /// <exception cref="DockerNotFoundException">No such container or directory.</exception>
    /// <exception cref="EndOfStreamException">The content is shorter.</exception>
    public static async Task CopyFileAsync(
        this IContainerOperations containers,
        string id,
        string directory,
        string fileName,
        Stream content,
        long bytes,
        DateTimeOffset changed,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(containers);
        await using var tar = new SingleFileTar(fileName, bytes, content, changed);
        await containers.ExtractArchiveToContainerAsync(id, directory, tar, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The SHA-256 of one regular file of a container, 64 lower-case hex digits; null if the path (not the
    /// container) does not exist or is no regular file of that length.</summary>
    public static Task<string?> HashFileAsync(
        this IContainerOperations containers,
        string id,
        string path,
        long bytes,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(containers);
        return containers.OpenAsync(id, path, HashAsync, cancellationToken);

        async Task<string?> HashAsync(ContainerPathStatResponse stat, Stream stream)
        {
            if (!stat.IsRegularFile || stat.Size != bytes)
            {
                return null;
            }

            var bounded = new BoundedTarStream(
                stream, $"{path} in container {id}", bytes + (2L * BoundedTarStream.MaxHeaderBytes));
            var reader = new TarReader(bounded);
            await using (reader.ConfigureAwait(false))
            {
                var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
                return entry?.DataStream is { } content
                    ? Convert.ToHexStringLower(
                        await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false))
                    : null;
            }
        }
    }

    /// <summary>Waits, without limit, until a started exec has ended: subscribes to the container's events first, then
    /// inspects the exec, so that no end is missed, and inspects it again at every end the engine reports.</summary>
    /// <returns>The exec when it has ended; also when it was never started
    /// (<see cref="ExecState.NotStarted"/>), because there is nothing to wait for.</returns>
    /// <exception cref="DockerNotFoundException">The engine does not know the exec (any more); its outcome cannot be
    /// determined.</exception>
    /// <exception cref="DockerUnreachableException">The connection died; the exec may continue. Wait again.</exception>
    public static async Task<ExecState> WaitContainerExecAsync(
        this IDockerClient client, string containerId, string execId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var exec = await client.Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
        if (!exec.Running)
        {
            return exec;
        }

        // The engine's clock is read before the second inspect: if the exec ends between that inspect and the
        // subscription, the event is in the engine's buffer of past events.
        var since = await client.System.PingAsync(cancellationToken).ConfigureAwait(false);
        exec = await client.Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
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
        await foreach (var message in client.System.MonitorEventsAsync(filters, since, cancellationToken)
            .ConfigureAwait(false))
        {
            if (message.Action == "exec_die"
                && message.Actor.Attributes.TryGetValue("execID", out var ended) && ended != execId)
            {
                continue;
            }

            exec = await client.Exec.InspectContainerExecAsync(execId, cancellationToken).ConfigureAwait(false);
            if (!exec.Running)
            {
                return exec;
            }
        }

        throw new DockerUnreachableException(
            client.EndpointName,
            $"The event stream of Docker at {client.EndpointName} ended while exec {execId} was running.",
            mayHaveBeenProcessed: true);
    }

    /// <summary>Runs a command in a container and waits for its end: for reading, not for run-once work (see
    /// <see cref="IExecOperations"/>).</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    public static async Task<ExecResult> RunExecAsync(
        this IDockerClient client,
        string containerId,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var created = await client.Exec.ExecCreateContainerAsync(
            containerId,
            new ContainerExecCreateParameters { Cmd = [.. command], AttachStdout = true, AttachStderr = true },
            cancellationToken).ConfigureAwait(false);
        var output = await client.Exec.StartAndAttachContainerExecAsync(
            created, new ContainerExecAttachParameters(), cancellationToken).ConfigureAwait(false);
        var ended =
            await client.WaitContainerExecAsync(containerId, created, cancellationToken).ConfigureAwait(false);
        return new ExecResult(ended.ExitCode ?? -1, output);
    }

    /// <summary>What is at a path; null when the path (not the container) does not exist.</summary>
    public static Task<ContainerPathStatResponse?> FindAsync(
        this IContainerOperations containers, string id, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(containers);
        return ExistingAsync(
            containers,
            id,
            async () => await containers.StatAsync(id, path, cancellationToken).ConfigureAwait(false),
            static () => true,
            cancellationToken);
    }

    /// <summary>Reads what is at a path; null when the path (not the container) does not exist.</summary>
    public static Task<T?> OpenAsync<T>(
        this IContainerOperations containers,
        string id,
        string path,
        Func<ContainerPathStatResponse, Stream, Task<T>> read,
        CancellationToken cancellationToken = default)
        where T : class?
    {
        ArgumentNullException.ThrowIfNull(containers);
        var isFound = false;
        return ExistingAsync<T>(
            containers,
            id,
            async () => await containers.ReadArchiveAsync(id, path, FoundAsync, cancellationToken)
                .ConfigureAwait(false),
            () => !isFound,
            cancellationToken);

        Task<T> FoundAsync(ContainerPathStatResponse stat, Stream stream)
        {
            isFound = true;
            return read(stat, stream);
        }
    }

    private static async Task<T?> ExistingAsync<T>(
        IContainerOperations containers,
        string id,
        Func<Task<T?>> look,
        Func<bool> mayBeMissing,
        CancellationToken cancellationToken)
        where T : class?
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (DockerNotFoundException) when (mayBeMissing())
        {
            // Either the path or the container does not exist. If it is the container, this inspect throws its own
            // DockerNotFoundException.
            await containers.InspectContainerAsync(id, cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    private static async Task<byte[]> FirstFileAsync(
        Stream tar, string id, string path, int maxBytes, CancellationToken cancellationToken)
    {
        // One entry: its headers, its bytes, and what pads them.
        var bounded =
            new BoundedTarStream(tar, $"{path} in container {id}", maxBytes + (2L * BoundedTarStream.MaxHeaderBytes));
        var reader = new TarReader(bounded);
        await using (reader.ConfigureAwait(false))
        {
            var entry = await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false);
            if (entry is null)
            {
                throw new InvalidDataException($"{path} in container {id}: Docker sent an empty archive.");
            }

            if (entry.Length > maxBytes)
            {
                throw new InvalidDataException(
                    $"{path} in container {id} has {entry.Length} bytes; at most {maxBytes} are read.");
            }

            if (entry.DataStream is null)
            {
                return [];
            }

            var content = new byte[entry.Length];
            await entry.DataStream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
            return content;
        }
    }
}
