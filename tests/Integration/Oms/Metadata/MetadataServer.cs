using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Oms.Metadata;

/// <summary>
/// A real MariaDB with its own data directory, on loopback, for the tests of the metadata access alone.
/// </summary>
public sealed class MetadataServer : IAsyncLifetime
{
    internal const string RootPassword = "canary-root-password";
    internal const string OmsPassword = "canary-oms-password";

    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-metadata-").FullName;
    private Process? _server;
    private int _databases;

    internal int Port { get; private set; }

    internal SqlOmsMetadata Root => Open("root", RootPassword);

    /// <summary>An account with the privileges a test gives it.</summary>
    internal SqlOmsMetadata Oms => Open("oms", OmsPassword);

    public async ValueTask InitializeAsync()
    {
        var data = Path.Combine(_directory, "data");

        // A server that starts clears what it finds in its temporary directory, also another one's.
        var temporary = Directory.CreateDirectory(Path.Combine(_directory, "tmp")).FullName;
        await RunAsync(
            "mariadb-install-db", "--no-defaults", "--user=root", $"--datadir={data}",
            "--auth-root-authentication-method=normal", "--skip-test-db", $"--tmpdir={temporary}");
        var init = Path.Combine(_directory, "init.sql");
        await File.WriteAllTextAsync(init, $"""
            CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '{RootPassword}';
            GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
            CREATE USER 'oms'@'127.0.0.1' IDENTIFIED BY '{OmsPassword}';

            """);
        Port = FreePort.Take();
        _server = Start(
            "mariadbd", "--no-defaults", "--user=root", $"--datadir={data}", $"--socket={_directory}/s",
            $"--pid-file={_directory}/pid", "--bind-address=127.0.0.1",
            $"--port={Port.ToString(CultureInfo.InvariantCulture)}", $"--tmpdir={temporary}", $"--init-file={init}",
            "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve");

        // The server says so itself; there is nothing to wait for by the clock.
        var log = new List<string>();
        while (await _server.StandardError.ReadLineAsync() is { } line)
        {
            log.Add(line);
            if (line.Contains("ready for connections", StringComparison.Ordinal))
            {
                _ = _server.StandardError.ReadToEndAsync();
                _ = _server.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException("mariadbd did not start:\n" + string.Join('\n', log));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            _server.Kill();
            await _server.WaitForExitAsync();
            _server.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    internal SqlOmsMetadata Open(string user, string password, int? port = null) =>
        new(
            new MySqlOptions { Server = "127.0.0.1", Port = port ?? Port, UserID = user, Password = password },
            EndpointPolicy.Unrestricted);

    /// <summary>Creates a database of its own for a test and runs statements in it.</summary>
    internal async Task<string> DatabaseAsync(params string[] statements)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _databases)}_`db%");
        await ExecuteAsync($"CREATE DATABASE {Quote(name)} CHARACTER SET utf8mb4");
        await ExecuteAsync([$"USE {Quote(name)}", .. statements]);
        return name;
    }

    internal async Task ExecuteAsync(params string[] statements)
    {
        await using var session = await ConnectAsync();
        foreach (var statement in statements)
        {
            await session.ExecuteAsync(statement, CancellationToken.None);
        }
    }

    internal async Task<string?> ScalarAsync(string sql)
    {
        await using var session = await ConnectAsync();
        return await session.ScalarAsync(sql, CancellationToken.None);
    }

    /// <summary>A session of somebody else.</summary>
    internal Task<MySqlSession> ConnectAsync() => MySqlSession.OpenAsync(
        new MySqlOptions { Server = "127.0.0.1", Port = Port, UserID = "root", Password = RootPassword },
        CancellationToken.None);

    internal static string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed:\n{await output}\n{await error}");
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false
        })
        ?? throw new InvalidOperationException($"{program} did not start.");
}

internal static class LockQuestions
{
    /// <summary>Whether work under a lock would still run.</summary>
    public static async Task<bool> IsStillHeldAsync(this IMetadataLock held, CancellationToken cancellationToken)
    {
        try
        {
            return await held.RunAsync((_, _) => Task.FromResult(true), cancellationToken);
        }
        catch (OmsMetadataException error) when (error.Kind == OmsMetadataErrorKind.LockLost)
        {
            return false;
        }
    }
}
