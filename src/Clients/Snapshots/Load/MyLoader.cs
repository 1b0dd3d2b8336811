using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Runs myloader on staged rows.</summary>
internal sealed class MyLoader(SnapshotToolOptions options, TimeProvider time)
{
    // Statements are about 1 MB each, so transactions stay small.
    private const int StatementsPerTransaction = 64;
    private static readonly TimeSpan ShowProgress = TimeSpan.FromSeconds(1);

    internal async Task RunAsync(
        DatabaseLoad load,
        StagedRows rows,
        LoadSession leader,
        Func<RunningTool, CancellationToken, Task> onStarted,
        ProgressMeter meter,
        CancellationToken cancellationToken)
    {
        var connection = load.Request.Connection;
        await ToolInfo.ReadAsync(options.SetPriv, options.MyLoader, cancellationToken).ConfigureAwait(false);
        using var secret = SecretOptionFile.Create(
            connection, ToolVendor.MariaDb, InitCommand.Loader(load.Location.Id, load.Key, leader));
        using var child = ChildProcess.Start(
            options.SetPriv,
            options.MyLoader,
            Arguments(secret, secret.Connection, rows.Folder, load.Target, load.Request.Threads),
            connection.Password);
        await ToolRun.RunAsync(
            child,
            $"myloader loading {load.Target} on {connection.Describe()}",
            SnapshotFailure.LoadFailed,
            load.Request.Threads + 1,
            onStarted,
            (running, token) => WatchAsync(running, rows.Bytes, meter, token),
            cancellationToken).ConfigureAwait(false);
    }

    internal static IEnumerable<string> Arguments(
        SecretOptionFile secret, MySqlConnectionStringBuilder connection, string folder, string target, int threads) =>
    [
        $"--defaults-file={secret.Path}",
        .. MyDumperRows.TlsFlags(connection),
        $"--directory={folder}",
        $"--database={target}",
        string.Create(CultureInfo.InvariantCulture, $"--threads={threads}"),
        string.Create(CultureInfo.InvariantCulture, $"--queries-per-transaction={StatementsPerTransaction}"),

        // Without it the rows would not be replicated.
        "--enable-binlog",
        "--verbose=2",
    ];

    // myloader does not report its progress, so the bytes it has read are taken from its I/O counters in /proc.
    private async Task WatchAsync(
        ChildProcess child, long bytes, ProgressMeter meter, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var talk = child.StandardOutput.CopyToAsync(Stream.Null, stop.Token);
        try
        {
            long seen = 0;
            while (!child.Exited.IsCompleted)
            {
                await Task.WhenAny(child.Exited, Task.Delay(ShowProgress, time, stop.Token)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                var now = Math.Min(bytes, ReadBytes(child.Id) ?? seen);
                meter.Add(Math.Max(0, now - seen), 0);
                seen = Math.Max(seen, now);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await talk.ContinueWith(
                static t => t.Exception,
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    private static long? ReadBytes(int pid)
    {
        try
        {
            const string Label = "rchar: ";
            var line = File.ReadLines(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/io")).FirstOrDefault(static l =>
                    l.StartsWith(Label, StringComparison.Ordinal));
            return line is not null
                && long.TryParse(
                    line.AsSpan(Label.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? bytes
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or /proc is not readable.
            return null;
        }
    }
}
