using System.Globalization;
using System.Text;
using Drydock.Abstractions.Values;
using Drydock.Clients.MySql;

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

    /// <summary>
    /// Runs it on a database. Its first statement reports the connection id (and checks what <paramref name="opening"/>
    /// says);
    /// <paramref name="onSession"/> is awaited before <paramref name="feed"/> writes the first byte of SQL.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.LoadFailed"/>.</exception>
    internal async Task RunAsync(
        MySqlConnectionStringBuilder connection,
        string database,
        ClientOpening? opening,
        Func<ulong, Task> onSession,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        var info = await ToolInfo.ReadAsync(options.SetPriv, options.Client, cancellationToken).ConfigureAwait(false);
        using var secret = SecretOptionFile.Create(connection, info.Flavour);
        using var child = ChildProcess.Start(
            options.SetPriv,
            options.Client,
            [$"--defaults-file={secret.Path}", .. Flags, $"--database={database}"],
            connection.Password);
        using var output = new StreamReader(child.StandardOutput, Encoding.UTF8);
        try
        {
            await WriteAsync(child, output, opening, onSession, feed, cancellationToken).ConfigureAwait(false);
            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (code != 0)
            {
                throw Failed(child, code, inner: null);
            }
        }
        catch (Exception e) when (e is IOException or ConsumerException)
        {
            // The client closed its input. If it ends, its error text says why; if it continues, the problem is
            // elsewhere.
            if (await Task.WhenAny(
                child.Exited, Task.Delay(EndPatience, cancellationToken)).ConfigureAwait(false) != child.Exited)
            {
                throw;
            }

            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            throw Failed(child, code, e);
        }
        finally
        {
            // Killed before its input is closed: at the end of its input it would execute an incomplete statement.
            child.Kill();
            await child.Exited.ConfigureAwait(false);
        }

        SnapshotException Failed(ChildProcess process, int code, Exception? inner)
        {
            var error = ServerErrorClassifier.WithoutStatement(process.ErrorText);
            return new SnapshotException(
                ServerErrorClassifier.Of(error, SnapshotFailure.LoadFailed),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"mysql loading {database} on {connection.Describe()} ended with {code}: "
                        + $"{Sentences.Close(ServerErrorClassifier.WithoutValues(error))}"),
                inner);
        }
    }

    private static async Task WriteAsync(
        ChildProcess child,
        StreamReader output,
        ClientOpening? opening,
        Func<ulong, Task> onSession,
        Func<Stream, Task> feed,
        CancellationToken cancellationToken)
    {
        var sql = opening?.Sql ?? "SELECT CONNECTION_ID(), 1;\n";
        await child.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(sql), cancellationToken).ConfigureAwait(false);
        await child.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        var line = await ReadLineAsync(output, cancellationToken).ConfigureAwait(false);
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

        await onSession(id).ConfigureAwait(false);
        var drained = DrainAsync(output);
        await feed(child.StandardInput).ConfigureAwait(false);
        await child.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        child.StandardInput.Close();
        await drained.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // The server determines its content, so its length is limited.
    private static async Task<string> ReadLineAsync(StreamReader output, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await output.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString();
            }

            if (line.Append(one[0]).Length > SnapshotLimits.ClientLine)
            {
                throw new SnapshotException(
                    SnapshotFailure.LoadFailed,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"mysql answered the query of its connection id with more than {SnapshotLimits.ClientLine} "
                            + $"characters. Check that this is a MySQL server."));
            }
        }

        throw new IOException("No answer.");
    }

    // A load prints almost nothing, but a full pipe would block it.
    private static async Task DrainAsync(StreamReader output)
    {
        var buffer = new char[4096];
        while (await output.ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
            // Discarded.
        }
    }
}
