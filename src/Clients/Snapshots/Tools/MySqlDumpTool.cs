using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>mysqldump of MariaDB or MySQL.</summary>
public sealed class MySqlDumpTool(SnapshotToolOptions? options = null) : IDumpTool
{
    private readonly SnapshotToolOptions _options = options ?? new SnapshotToolOptions();

    /// <inheritdoc/>
    public async Task<SnapshotTool> DescribeAsync(DumpScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var info = await ToolInfo.ReadAsync(_options.SetPriv, _options.Dump, cancellationToken).ConfigureAwait(false);
        return new SnapshotTool(Path.GetFileName(_options.Dump), info.Version, Flags(scope, info));
    }

    /// <inheritdoc/>
    public async Task DumpAsync(DumpJob job, Func<Stream, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(consume);
        var info = await ToolInfo.ReadAsync(_options.SetPriv, _options.Dump, cancellationToken).ConfigureAwait(false);
        using var secret = SecretOptionFile.Create(job.Connection, info.Flavour);
        using var child = ChildProcess.Start(_options.SetPriv, _options.Dump, Arguments(job, secret), job.Connection.Password);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        child.StandardInput.Close();
        var beside = job.OnStarted?.Invoke(new RunningTool(child.Id, child.Exited), over.Token) ?? Task.CompletedTask;
        try
        {
            await consume(child.StandardOutput, cancellationToken).ConfigureAwait(false);
            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (code != 0)
            {
                throw new SnapshotException(SnapshotFailure.DumpFailed, string.Create(
                    CultureInfo.InvariantCulture, $"mysqldump of {job.Database} on {job.Connection.Describe()} ended with {code}: {child.ErrorText}"));
            }

            await beside.ConfigureAwait(false);
        }
        catch
        {
            child.Kill();
            await child.Exited.ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await beside.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }

    private static List<string> Flags(DumpScope scope, ToolInfo info)
    {
        List<string> flags =
        [
            "--single-transaction",
            "--quick",
            "--hex-blob",
            "--default-character-set=utf8mb4",
            "--no-tablespaces",
            "--max-allowed-packet=1073741824",
        ];

        // OceanBase lacks the tables these read; there they are asked for only when there is something to dump.
        var always = scope.Server != MySqlServerKind.OceanBase;
        flags.Add(always || scope.Routines ? "--routines" : "--skip-routines");
        flags.Add(always || scope.Events ? "--events" : "--skip-events");
        flags.Add(always || scope.Triggers ? "--triggers" : "--skip-triggers");
        if (info.Flavour == ToolFlavour.MySql)
        {
            // A dump that sets the GTIDs cannot be loaded into a server that has some.
            flags.Add("--set-gtid-purged=OFF");
            if (!info.Version.Contains("Distrib 5.", StringComparison.Ordinal))
            {
                // 8.0 reads a table that only MySQL 8 has.
                flags.Add("--column-statistics=0");
            }
        }

        return flags;
    }

    // --where is true of every row: it only puts the marker into the statements that read the tables.
    private static IEnumerable<string> Arguments(DumpJob job, SecretOptionFile secret) =>
        [$"--defaults-file={secret.Path}", .. job.Flags, $"--where=1=1 {SessionMarker.Comment(job.SnapshotId)}", "--", job.Database];
}
