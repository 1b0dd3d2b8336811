using Drydock.Tests.Integration.Clients.Snapshots;
using MySqlConnector;

[assembly: AssemblyFixture(typeof(Drydock.Tests.Integration.Clients.MySql.MariaDbServer))]

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>
/// A MariaDB of the tests' own: datadir, socket, loopback port, TLS; gone afterwards. DRYDOCK_LAB_METADB names another
/// system whose MariaDB it is, if it has one.
/// </summary>
public sealed class MariaDbServer : IAsyncLifetime
{
    /// <summary>Stands for a secret; tests look for it where it must not be.</summary>
    public const string Password = "canary-Pa55-'\"\\ #not-a-real-secret";

    public const string User = "drc";

    private Process? _server;

    /// <summary>More arguments of mariadbd.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string Root { get; private set; } = "";

    public int Port { get; } = FreePort.Take();

    public string Socket => Path.Combine(Root, "s.sock");

    public TestCertificates Certificates { get; private set; } = null!;

    public MySqlOptions Options(
        string database = "",
        MySqlTls? tls = null,
        string host = "127.0.0.1",
        int? port = null,
        string user = User,
        string password = Password,
        int connectionTimeout = 15) => new()
        {
            Server = host,
            Port = port ?? Port,
            UserID = user,
            Password = password,
            Database = database,
            Tls = tls ?? new MySqlTls(),
            ConnectionTimeout = connectionTimeout,
        };

    public async ValueTask InitializeAsync()
    {
        await SacrificialParent.RunIfAskedAsync();
        Root = Directory.CreateTempSubdirectory("drydock-mariadb-").FullName;
        Certificates = TestCertificates.Create(Path.Combine(Root, "tls"));
        var data = Path.Combine(Root, "data");
        // A server that starts clears what it finds in its temporary directory, also another one's.
        var temporary = Directory.CreateDirectory(Path.Combine(Root, "tmp")).FullName;
        var system = await LabSystem.FromEnvironmentAsync("DRYDOCK_LAB_METADB", CancellationToken.None);
        string[] enter = [.. system is { HasMySql: false } ? system.Enter : []];
        Run([
            .. enter, "mariadb-install-db", "--no-defaults", $"--datadir={data}",
            "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root", $"--tmpdir={temporary}"]);
        var ready = new TaskCompletionSource();
        _server = new Process
        {
            StartInfo = new ProcessStartInfo("setpriv")
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        string[] arguments =
        [
            "--pdeathsig", "KILL", "--", .. enter, "mariadbd", "--no-defaults", $"--datadir={data}",
            $"--socket={Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--port={Port}"), "--bind-address=127.0.0.1", "--user=root",
            $"--pid-file={Root}/pid", $"--tmpdir={temporary}",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M",
            "--event-scheduler=OFF",
            "--max-allowed-packet=64M", "--log-bin-trust-function-creators=1", "--skip-log-bin",
            $"--ssl-ca={Certificates.CaPath}", $"--ssl-cert={Certificates.ServerPath}",
            $"--ssl-key={Certificates.ServerKeyPath}",
        ];
        foreach (var argument in arguments.Concat(Arguments))
        {
            _server.StartInfo.ArgumentList.Add(argument);
        }

        var log = new StringBuilder();
        _server.ErrorDataReceived += (_, e) =>
        {
            log.AppendLine(e.Data);
            if (e.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"mariadbd ended: {log}"));
            }
            else if (e.Data.Contains("ready for connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };

        // The parent-death signal follows the thread that forks: one that lives as long as the server does.
        var thread = new Thread(() =>
        {
            _server.Start();
            _server.BeginErrorReadLine();
            _server.BeginOutputReadLine();
            _server.WaitForExit();
        })
        { IsBackground = true };
        thread.Start();
        await ready.Task;

        await using var root = await ConnectRootAsync();
        await ExecuteAsync(
            root,
            $"CREATE USER {User}@'%' IDENTIFIED BY "
            + "'"
            + $"{Password.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}"
            + "'");
        await ExecuteAsync(root, $"GRANT ALL PRIVILEGES ON `t%`.* TO {User}@'%'");
        await ExecuteAsync(root, $"GRANT SELECT ON mysql.proc TO {User}@'%'");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false } server)
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        _server?.Dispose();
        if (Root.Length > 0)
        {
            Directory.Delete(Root, recursive: true);
        }
    }

    public Task<MySqlSession> OpenAsync(string database = "") =>
        MySqlSession.OpenAsync(Options(database), TestContext.Current.CancellationToken);

    /// <summary>A session that knows nothing of this project.</summary>
    public Task<MySqlConnection> ConnectAsync(string database = "") => ConnectAsync(new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = (uint)Port,
        UserID = User,
        Password = Password,
        Database = database,
    });

    /// <summary>The same as root.</summary>
    public Task<MySqlConnection> ConnectRootAsync() => ConnectAsync(new MySqlConnectionStringBuilder
    {
        Server = Socket,
        ConnectionProtocol = MySqlConnectionProtocol.UnixSocket,
        UserID = "root",
    });

    /// <summary>Creates an empty database with a name of its own (t + random).</summary>
    public async Task<string> CreateDatabaseAsync(
        string suffix = "", string options = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    {
        var name = "t" + Guid.NewGuid().ToString("N")[..10] + suffix;
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"CREATE DATABASE `{name}` {options}");
        return name;
    }

    public static Task<int> ExecuteAsync(MySqlSession session, string sql) =>
        session.ExecuteAsync(sql, TestContext.Current.CancellationToken);

    public static async Task<int> ExecuteAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What the mysql client prints for one statement: raw, without the last newline.</summary>
    public byte[] Cli(string database, string sql)
    {
        var start = new ProcessStartInfo("mysql")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var argument in (string[])[
            "--no-defaults", $"--socket={Socket}", "--user=root", "--batch", "--raw", "--skip-column-names",
            "--default-character-set=utf8mb4", database, "-e", sql])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"mysql: {error}");
        }

        var bytes = output.ToArray();
        return bytes.Length > 0 ? bytes[..^1] : bytes;
    }

    private static async Task<MySqlConnection> ConnectAsync(MySqlConnectionStringBuilder options)
    {
        (options.SslMode, options.Pooling, options.AllowUserVariables) = (MySqlSslMode.None, false, true);
        var connection = new MySqlConnection(options.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static void Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]}: {output.Result}{error}");
        }
    }
}
