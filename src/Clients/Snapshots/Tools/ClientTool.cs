namespace Drydock.Clients.Snapshots;

/// <summary>The mysql command line client, fed through its standard input.</summary>
internal sealed class ClientTool(SnapshotToolOptions options)
{
    // A client that closed its input ends within this time.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private static readonly string[] Flags =
    [
        "--batch",
        "--skip-column-names",
        "--unbuffered",
        "--binary-mode",
        "--comments",
        "--skip-reconnect",
        "--local-infile=0",
        "--default-character-set=utf8mb4",
        "--max-allowed-packet=1073741824",
    ];

    /// <param name="opening">The first statements of its session, before it loads anything. They print one line: the
    /// session's number in the process list, and 1 if it may load.</param>
    /// <param name="note">What to add to the message of a failure, with a blank before it.</param>
    internal async Task RunAsync(
        MySqlOptions connection,
        string database,
        string opening,
        string note,
        Func<ulong, Task> onSession,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        var info = await ToolInfo.ReadAsync(options.SetPriv, options.Client, cancellationToken);
        using var secret = await SecretOptionFile.CreateAsync(connection, info.Flavour, cancellationToken);
        using var child = ChildProcess.Start(
            options.SetPriv,
            options.Client,
            [$"--defaults-file={secret.Path}", .. Flags, $"--database={database}"],
            connection.Password);

        // The server determines the content of the first line, so its length is limited.
        using var output = new StreamReader(new LimitedStream(
            child.StandardOutput,
            SnapshotLimits.ClientLine,
            static () => new SnapshotException(
                SnapshotFailure.LoadFailed,
                $"mysql answered the query of its connection id with more than {SnapshotLimits.ClientLine} characters. "
                    + "Check that this is a MySQL server.")));

        // A write into a full pipe cannot be cancelled: it ends when the client reads on, or ends.
        await using var stop = cancellationToken.UnsafeRegister(static c => ((ChildProcess)c!).Kill(), child);
        try
        {
            await WriteAsync(child, output, opening, onSession, feed, cancellationToken);
            var code = await child.Exited.WaitAsync(cancellationToken);
            if (code != 0)
            {
                throw Failed(child, code, inner: null);
            }
        }
        catch (Exception e) when (e is IOException or ConsumerException)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The client closed its input. If it ends, its error text says why; if it continues, the problem is
            // elsewhere.
            if (await Task.WhenAny(child.Exited, Task.Delay(EndPatience, cancellationToken)) != child.Exited)
            {
                throw;
            }

            var code = await child.Exited.WaitAsync(cancellationToken);
            throw Failed(child, code, e);
        }
        finally
        {
            // Killed before its input is closed: at the end of its input it would execute an incomplete statement.
            child.Kill();
            await child.Exited;
        }

        SnapshotException Failed(ChildProcess process, int code, Exception? inner)
        {
            var error = ServerErrorClassifier.WithoutStatement(process.ErrorText);
            return new SnapshotException(
                ServerErrorClassifier.Of(error, SnapshotFailure.LoadFailed),
                $"mysql loading {database} on {connection.Describe()} ended with {code}: "
                        + $"{Sentences.Close(ForeignText.Words(ServerErrorClassifier.WithoutValues(error)))}{note}",
                inner);
        }
    }

    private static async Task WriteAsync(
        ChildProcess child,
        StreamReader output,
        string opening,
        Func<ulong, Task> onSession,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        await child.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(opening), cancellationToken);
        await child.StandardInput.FlushAsync(cancellationToken);
        var line = await output.ReadLineAsync(cancellationToken) ?? throw new IOException("No answer.");
        var fields = line.Split('\t');
        if (fields.Length != 2
            || !ulong.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            throw new SnapshotException(
                SnapshotFailure.LoadFailed, $"mysql answered '{line}' to the query of its connection id.");
        }

        if (fields[1] != "1")
        {
            throw new SnapshotException(
                SnapshotFailure.Busy,
                "Another session is loading this database of this snapshot, or the session that leads this load has "
                    + "lost its lock. End that session first.");
        }

        await onSession(id);

        // A load prints almost nothing, but a full pipe would block it.
        var drained = child.StandardOutput.CopyToAsync(Stream.Null, CancellationToken.None);
        await feed(child.StandardInput);
        await child.StandardInput.FlushAsync(cancellationToken);
        child.StandardInput.Close();
        await drained.WaitAsync(cancellationToken);
    }
}
