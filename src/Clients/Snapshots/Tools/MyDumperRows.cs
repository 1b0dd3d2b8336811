namespace Drydock.Clients.Snapshots;

/// <summary>Runs mydumper once into a scratch directory and passes on its files as they are finished; each is removed
/// after it was consumed.</summary>
internal sealed class MyDumperRows(
    SnapshotToolOptions options, DumpJob job, IReadOnlyList<string> flags, MySqlServerKind server)
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "/*!40101 SET NAMES binary*/;\n/*!40014 SET FOREIGN_KEY_CHECKS=0*/;\n/*!40103 SET TIME_ZONE='+00:00' */;\n");

    private readonly ConcurrentDictionary<string, bool> _taken = new(StringComparer.Ordinal);
    private readonly Channel<string> _finished = Channel.CreateUnbounded<string>();

    internal async Task RunAsync(
        IReadOnlyList<string> omitted,
        Func<DumpOutput, CancellationToken, Task> consume,
        CancellationToken cancellationToken)
    {
        // It reads the names of the tables to leave out by lines.
        if (omitted.FirstOrDefault(t => t.Contains('\n', StringComparison.Ordinal)) is { } table)
        {
            throw new SnapshotException(
                SnapshotFailure.DumpFailed,
                $"mydumper cannot dump {job.Database}: the name of its table '{table.ReplaceLineEndings(" ")}' has "
                    + "a line feed. Use the tool MySqlDump.");
        }

        using var scratch = ScratchDirectory.Create(options);
        var folder = Path.Combine(scratch.Path, "rows");
        Directory.CreateDirectory(folder);
        var omit = Path.Combine(scratch.Path, "omit");
        await File.WriteAllLinesAsync(omit, omitted.Select(t => $"{job.Database}.{t}"), cancellationToken);
        using var watch = Watch(folder);

        // mydumper 0.10 writes escapes by the server's sql_mode; this one does not change quoting. The lock identifies
        // the session; OceanBase has no locks before 4.2.
        var login = "SET SESSION sql_mode='', " + (server == MySqlServerKind.OceanBase
            ? "@drydock=1"
            : $"@drydock=GET_LOCK(CONCAT('{SessionMarker.DumperLock(job.SnapshotId)}', CONNECTION_ID()), 0)");
        using var secret = await SecretOptionFile.CreateAsync(
            job.Connection, ToolVendor.MariaDb, cancellationToken, login);
        using var child = ChildProcess.Start(
            options.SetPriv,
            options.MyDumper,
            [
                $"--defaults-file={secret.Path}",
                .. TlsFlags(job.Connection.Tls, secret.Authority),
                .. flags,
                $"--threads={job.Threads}",
                $"--omit-from-file={omit}",
                $"--outputdir={folder}",
                $"--database={job.Database}",
                "--verbose=2",
            ],
            job.Connection.Password);
        await child.RunAsync(
            $"mydumper of {job.Database} on {job.Connection.Describe()}",
            (running, token) => TakeAsync(running, folder, consume, token),
            cancellationToken);
    }

    /// <summary>The TLS flags that mydumper needs in addition to the option file: file names, no secrets.</summary>
    private static IEnumerable<string> TlsFlags(MySqlTls tls, string? authority) =>
        !tls.IsOn ? [] : authority is null ? ["--ssl"] : ["--ssl", $"--ca={authority}"];

    // A file is finished when it was renamed from its .00001 (it is the only one of its table) or when the next one of
    // its table exists. Files missed by these events are consumed when mydumper has ended.
    private FileSystemWatcher Watch(string folder)
    {
        var watch = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName };
        watch.Renamed += (_, e) => Offer(e.Name!);
        watch.Created += (_, e) =>
        {
            if (BeforeOf(e.Name!) is { } before)
            {
                Offer(before);
            }
        };
        watch.EnableRaisingEvents = true;
        return watch;
    }

    private void Offer(string name)
    {
        if (name.EndsWith(".sql", StringComparison.Ordinal) && _taken.TryAdd(name, true))
        {
            _finished.Writer.TryWrite(name);
        }
    }

    internal static string? BeforeOf(string name)
    {
        // db.table.00002.sql
        const int Ending = 10;
        if (name.Length <= Ending || name[^Ending] != '.' || !name.EndsWith(".sql", StringComparison.Ordinal)
            || !int.TryParse(
                name.AsSpan(name.Length - Ending + 1, 5),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var number)
                || number < 2)
        {
            return null;
        }

        return $"{name[..^Ending]}.{number - 1:D5}.sql";
    }

    private async Task TakeAsync(
        ChildProcess child,
        string folder,
        Func<DumpOutput, CancellationToken, Task> consume,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var talk = child.StandardOutput.CopyToAsync(Stream.Null, stop.Token);
        var consuming = Parallel.ForEachAsync(
            _finished.Reader.ReadAllAsync(stop.Token),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, job.Threads),
                CancellationToken = stop.Token,
            },
            async (name, token) => await ConsumeAsync(Path.Combine(folder, name), consume, token));
        try
        {
            if (await Task.WhenAny(child.Exited, consuming) == consuming)
            {
                await consuming;
            }

            if (await child.Exited == 0)
            {
                foreach (var path in Directory.EnumerateFiles(folder))
                {
                    Offer(Path.GetFileName(path));
                }

                _finished.Writer.Complete();
                await consuming;
                if (!File.Exists(Path.Combine(folder, "metadata")))
                {
                    throw new SnapshotException(
                        SnapshotFailure.Truncated,
                        $"mydumper of {job.Database} exited successfully but left no file 'metadata', which it writes "
                            + "last.");
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            child.Kill();
            await Task.WhenAll(consuming, talk).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ConsumeAsync(
        string path, Func<DumpOutput, CancellationToken, Task> consume, CancellationToken cancellationToken)
    {
        await using (
            var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                bufferSize: 0,
                FileOptions.SequentialScan))
        {
            var start = new byte[Head.Length];
            var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            file.Position = 0;
            var hasHead = start.AsSpan(0, read).StartsWith("/*!40101 SET NAMES binary*/"u8);
            await consume(
                new DumpOutput(SnapshotPart.Rows, Path.GetFileName(path), file, hasHead ? default : Head),
                cancellationToken);
        }

        File.Delete(path);
    }
}
