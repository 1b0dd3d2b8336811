using System.Globalization;
using System.Text;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>The mysql command line client, fed through its standard input.</summary>
internal sealed class ClientTool(SnapshotToolOptions options)
{
    // A client that closed its input has ended within moments.
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
    /// Runs it on a database. Its first statement reports the connection id (and takes the named lock, if given);
    /// <paramref name="onSession"/> is awaited before <paramref name="feed"/> writes the first byte of SQL.
    /// </summary>
    /// <exception cref="SnapshotException"><see cref="SnapshotFailure.LoadFailed"/>.</exception>
    internal async Task RunAsync(
        MySqlConnectionStringBuilder connection, string database, string? lockName, Func<ulong, Task> onSession, Func<Stream, Task> feed, CancellationToken cancellationToken)
    {
        var info = await ToolInfo.ReadAsync(options.SetPriv, options.Client, cancellationToken).ConfigureAwait(false);
        using var secret = SecretOptionFile.Create(connection, info.Flavour);
        using var child = ChildProcess.Start(
            options.SetPriv, options.Client, [$"--defaults-file={secret.Path}", .. Flags, $"--database={database}"], connection.Password);
        using var output = new StreamReader(child.StandardOutput, Encoding.UTF8);
        try
        {
            await WriteAsync(child, output, lockName, onSession, feed, cancellationToken).ConfigureAwait(false);
            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (code != 0)
            {
                throw Failed(child, code, inner: null);
            }
        }
        catch (Exception e) when (e is IOException or SinkException)
        {
            // It closed its end: it ended, and its own words say why. Where it goes on the trouble was elsewhere.
            if (await Task.WhenAny(child.Exited, Task.Delay(EndPatience, cancellationToken)).ConfigureAwait(false) != child.Exited)
            {
                throw;
            }

            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            throw Failed(child, code, e);
        }
        finally
        {
            // Killed before its input is closed: on a mere end of input it would run the statement it has half of.
            child.Kill();
            await child.Exited.ConfigureAwait(false);
        }

        SnapshotException Failed(ChildProcess process, int code, Exception? inner) => new(ServerTrouble.Of(process.ErrorText, SnapshotFailure.LoadFailed), string.Create(
            CultureInfo.InvariantCulture, $"mysql loading {database} on {connection.Describe()} ended with {code}: {process.ErrorText}"), inner);
    }

    private static async Task WriteAsync(
        ChildProcess child, StreamReader output, string? lockName, Func<ulong, Task> onSession, Func<Stream, Task> feed, CancellationToken cancellationToken)
    {
        var takeLock = lockName is null ? "1" : $"GET_LOCK('{lockName}', 0)";
        await child.StandardInput.WriteAsync(Encoding.UTF8.GetBytes($"SELECT CONNECTION_ID(), {takeLock};\n"), cancellationToken).ConfigureAwait(false);
        await child.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        var line = await ReadLineAsync(output, cancellationToken).ConfigureAwait(false);
        var fields = line.Split('\t');
        if (fields.Length != 2 || !ulong.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            throw new SnapshotException(SnapshotFailure.LoadFailed, $"mysql answered '{line}' to the question for its connection id.");
        }

        if (fields[1] != "1")
        {
            throw new SnapshotException(SnapshotFailure.Busy, "Another session loads this database of this snapshot; end it first.");
        }

        await onSession(id).ConfigureAwait(false);
        var drained = DrainAsync(output);
        await feed(child.StandardInput).ConfigureAwait(false);
        await child.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        child.StandardInput.Close();
        await drained.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // The server decides what is in it.
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
                    FormattableString.Invariant($"mysql answered the question for its connection id with more than {SnapshotLimits.ClientLine} characters; is this a MySQL server?"));
            }
        }

        throw new IOException("No answer.");
    }

    // A dump prints next to nothing, but a full pipe would stop the load.
    private static async Task DrainAsync(StreamReader output)
    {
        var buffer = new char[4096];
        while (await output.ReadAsync(buffer).ConfigureAwait(false) > 0)
        {
            // Thrown away.
        }
    }
}
