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

    internal async Task RunAsync(
        MySqlOptions connection,
        string database,
        ClientOpening opening,
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
        using var output = new StreamReader(child.StandardOutput, Encoding.UTF8);

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
                        + $"{Sentences.Close(ForeignText.Words(ServerErrorClassifier.WithoutValues(error)))}",
                inner);
        }
    }

    private static async Task WriteAsync(
        ChildProcess child,
        StreamReader output,
        ClientOpening opening,
        Func<ulong, Task> onSession,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        await child.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(opening.Sql), cancellationToken);
        await child.StandardInput.FlushAsync(cancellationToken);
        var line = await ReadLineAsync(output, cancellationToken);
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

    // The server determines its content, so its length is limited.
    private static async Task<string> ReadLineAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await output.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString();
            }

            if (line.Append(one[0]).Length > SnapshotLimits.ClientLine)
            {
                throw new SnapshotException(
                    SnapshotFailure.LoadFailed,
                    $"mysql answered the query of its connection id with more than {SnapshotLimits.ClientLine} "
                            + "characters. Check that this is a MySQL server.");
            }
        }

        throw new IOException("No answer.");
    }
}

/// <summary>The first statements of the mysql client's session, before it loads anything.</summary>
/// <param name="Sql">They print one line: the session's number in the process list, and 1 if it may load.</param>
internal sealed record ClientOpening(string Sql)
{
    /// <summary>With named locks the session takes one, by which a successor finds it. Without, the server refuses the
    /// load if the leading session has lost its lock row, and ends the session soon after its last statement.</summary>
    internal static ClientOpening Of(LoadSession leader, string lockName) =>
        With(leader, "", leader.HasLocks ? $"GET_LOCK('{lockName}', 0)" : Leads(leader));

    /// <summary>For one of several clients that load rows. It takes a lock of its own, by which a successor finds it,
    /// before it asks whether the leading session still holds its lock: an operator that was suspended and resumes late
    /// must not load into a database that its successor has restored. The settings are those that files of mydumper
    /// need: 0.10 omits the head of a file that begins with the last row of a table.</summary>
    internal static ClientOpening OfRows(LoadSession leader, string lockPrefix) => With(
        leader,
        (leader.HasLocks ? $"DO GET_LOCK(CONCAT('{lockPrefix}', CONNECTION_ID()), 0);\n" : "")
            + "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO', SESSION time_zone='+00:00', SESSION foreign_key_checks=0, "
            + "SESSION unique_checks=0, SESSION autocommit=0;\n",
        Leads(leader));

    private static string Leads(LoadSession leader) =>
        leader.Lock is { } held ? $"IF({held.HeldCondition}, 1, 0)" : "1";

    private static ClientOpening With(LoadSession leader, string before, string check)
    {
        var bound = leader.Lock?.IdleSeconds is { } seconds
            ? $"SET SESSION wait_timeout={seconds};\n"
            : "";
        var id = MySqlServer.ListedId(leader.Server.Kind, Guid.NewGuid().ToString("N"));
        return new ClientOpening($"{bound}{before}SELECT {id}, {check};\n");
    }
}
