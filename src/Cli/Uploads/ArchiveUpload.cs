using System.Net.WebSockets;
using Drydock.Abstractions.Values;
using Drydock.Cli.CommandLine;
using k8s;
using k8s.Autorest;

namespace Drydock.Cli.Uploads;

/// <summary>
/// Brings a file into a directory of the operator's pod, part by part. What is there already is not sent again: the
/// size of the unfinished file says where to continue, in this process or in a later one. The file has its name only
/// after its checksum was compared.
/// </summary>
/// <param name="server">The API server.</param>
/// <param name="space">The namespace of the operator.</param>
/// <param name="time">The clock.</param>
/// <param name="say">Tells the user what happens.</param>
internal sealed class ArchiveUpload(IKubernetes server, string space, TimeProvider time, Action<string> say)
{
    /// <summary>Bytes of one part. A lost connection costs at most so much.</summary>
    private const long Part = 32 * 1024 * 1024;

    /// <summary>How often a part is tried before the upload ends.</summary>
    private const int Attempts = 6;

    /// <summary>Uploads a file unless it is there.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="directory">The real path of the directory in the pod.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="replaces">Whether a file with other content may be replaced.</param>
    /// <param name="cancellationToken">Ends the upload; a later one continues it.</param>
    /// <exception cref="CliException">It is not possible; the message says what to do.</exception>
    public async Task RunAsync(
        LocalArchive archive, string directory, string name, bool replaces, CancellationToken cancellationToken)
    {
        var target = $"{directory}/{name}";
        var unfinished = $"{directory}/.{name}.{archive.Sha256[..16]}.part";
        var offset = await TryAsync(
            files => FindStartAsync(files, archive, target, unfinished, replaces), cancellationToken);
        if (offset is not { } start)
        {
            say($"{target} is there already, with the same content.");
            return;
        }

        await CheckRoomAsync(archive.Bytes - start, directory, cancellationToken);
        if (start > 0)
        {
            say($"Continues after {Size(start)}.");
        }

        for (var at = start; at < archive.Bytes; at += Part)
        {
            var (from, count) = (at, Math.Min(Part, archive.Bytes - at));
            await TryAsync(
                async files =>
                {
                    await files.WriteAsync(
                        unfinished, from, count, input => archive.CopyAsync(input, from, count, cancellationToken));
                    return true;
                },
                cancellationToken);
            say($"{Size(from + count)} of {Size(archive.Bytes)}");
        }

        await FinishAsync(archive, unfinished, target, directory, cancellationToken);
    }

    // Where to continue; null if the file is there. The end of an unfinished file may not have arrived whole.
    private static async Task<long?> FindStartAsync(
        PodFiles files, LocalArchive archive, string target, string unfinished, bool replaces)
    {
        if (await files.SizeAsync(target) is { } existing)
        {
            if (existing == archive.Bytes && await files.Sha256Async(target) == archive.Sha256)
            {
                return null;
            }

            if (!replaces)
            {
                throw CliException.Refused(
                    $"{target} exists in the operator's pod with other content. Nothing was uploaded. Choose another "
                    + "name with --as, or add --replace if no upgrade needs the file.");
            }
        }

        var size = await files.SizeAsync(unfinished) ?? 0;
        return Math.Min(size, archive.Bytes) / Part * Part;
    }

    private async Task CheckRoomAsync(long needed, string directory, CancellationToken cancellationToken)
    {
        var free = await TryAsync(files => files.MakeRoomAsync(directory), cancellationToken);
        if (free < needed)
        {
            throw CliException.Refused(
                $"{directory} in the operator's pod has {Size(free)} left, and {Size(needed)} are needed. Nothing was "
                + "uploaded. Enlarge its volume, or remove files that no upgrade needs.");
        }
    }

    private async Task FinishAsync(
        LocalArchive archive, string unfinished, string target, string directory, CancellationToken cancellationToken)
    {
        var sum = await TryAsync(files => files.Sha256Async(unfinished), cancellationToken);
        if (sum != archive.Sha256)
        {
            await TryAsync(
                async files =>
                {
                    await files.RemoveAsync(unfinished);
                    return true;
                },
                cancellationToken);
            throw new CliException(
                $"What arrived has the SHA-256 {sum}, and {archive.Path} had {archive.Sha256}. It was removed. Upload "
                + "the file again, and do not change it meanwhile.");
        }

        await TryAsync(
            async files =>
            {
                // The connection may have been lost after the file was moved.
                if (await files.SizeAsync(unfinished) is not null)
                {
                    await files.MoveAsync(unfinished, target, directory);
                }

                return true;
            },
            cancellationToken);
    }

    // The operator may have been replaced meanwhile, so the pod is looked for each time.
    private async Task<T> TryAsync<T>(Func<PodFiles, Task<T>> action, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var pod = await OperatorPod.FindAsync(server, space, cancellationToken);
                return await action(new PodFiles(pod, cancellationToken));
            }
            catch (Exception lost) when (IsLost(lost) && !cancellationToken.IsCancellationRequested)
            {
                var what = lost is OperatorAbsentException
                    ? lost.Message
                    : $"The connection to the operator's pod was lost: {Sentences.Close(lost.Message)}";
                if (attempt == Attempts)
                {
                    throw new CliException($"{what} The same command continues the upload.");
                }

                var pause = TimeSpan.FromSeconds(1 << (attempt - 1));
                say(FormattableString.Invariant($"{what} Tries again in {pause.TotalSeconds} s."));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private static bool IsLost(Exception failure) => failure switch
    {
        IOException or WebSocketException or HttpRequestException or OperatorAbsentException => true,

        // What a write to an aborted WebSocket ends with.
        OperationCanceledException or ObjectDisposedException => true,
        HttpOperationException answered => (int)answered.Response.StatusCode >= 500,
        _ => false,
    };

    private static string Size(long bytes) => ByteSize.Format(bytes);
}
