using System.Globalization;
using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Uploads;

/// <summary>Files of the operator's pod, by the programs of its image. A shell is not needed.</summary>
internal sealed class PodFiles(OperatorPod pod, CancellationToken cancellationToken)
{
    /// <summary>The size of a file in bytes; null if it does not exist.</summary>
    public async Task<long?> SizeAsync(string path)
    {
        var result = await pod.RunAsync(["stat", "-c", "%s", "--", path], null, cancellationToken);
        return result.ExitCode == 0 ? Number(result.Output) : null;
    }

    /// <summary>The SHA-256 of a file, in lower-case hexadecimal digits.</summary>
    public async Task<string> Sha256Async(string path) => (await DoAsync("sha256sum", "--", path)).Split(' ')[0];

    /// <summary>Makes a directory if it does not exist, and returns the bytes that are free there.</summary>
    public async Task<long> MakeRoomAsync(string directory)
    {
        await DoAsync("mkdir", "-p", "--", directory);
        return Number((await DoAsync("df", "--output=avail", "-B1", "--", directory)).Trim().Split('\n')[^1]);
    }

    /// <summary>
    /// Writes a part of a file at its place, and ends when it is on the disk. The same part may be written again at any
    /// time.
    /// </summary>
    public async Task WriteAsync(string path, long offset, long count, Func<Stream, Task> feed)
    {
        var result = await pod.RunAsync(
            [
                "dd", $"of={path}", "bs=1M", Invariant($"seek={offset}"), Invariant($"count={count}"),
                "oflag=seek_bytes", "iflag=fullblock,count_bytes", "conv=notrunc,fsync", "status=none",
            ],
            feed,
            cancellationToken);
        Check(result, "dd");
    }

    /// <summary>Gives a file its name, and ends when the directory is on the disk.</summary>
    public async Task MoveAsync(string from, string to, string directory)
    {
        await DoAsync("mv", "-f", "-T", "--", from, to);
        await DoAsync("sync", "--", directory);
    }

    /// <summary>Removes a file.</summary>
    public Task RemoveAsync(string path) => DoAsync("rm", "-f", "--", path);

    private async Task<string> DoAsync(params string[] command)
    {
        var result = await pod.RunAsync(command, null, cancellationToken);
        Check(result, command[0]);
        return result.Output;
    }

    private void Check(PodResult result, string program)
    {
        if (result.ExitCode != 0)
        {
            throw new CliException(
                Invariant($"{program} in pod {pod.FullName} ended with {result.ExitCode}: {result.Errors.Trim()}"));
        }
    }

    private static long Number(string text) => long.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
