using Drydock.Clients.MySql.Transport;
using MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>One session on a server with the MySQL protocol, through MySqlConnector. No pooling, no reconnect, no
/// second session: a lost session stays lost.</summary>
/// <remarks>
/// <para>One call at a time.</para>
/// <para>A statement that is cancelled or exceeds its time ends the session. The package would send <c>KILL QUERY</c>
/// from a second session, which behind a proxy may reach another server, where the same number belongs to another
/// session.</para>
/// </remarks>
public sealed class MySqlSession : IAsyncDisposable
{
    private const int MaximumRows = 100_000;
    private const int LongestText = 256;

    private readonly MySqlOptions _options;
    private readonly ServerLink _link;
    private readonly MySqlConnection _driver;
    private readonly TimeProvider _time;
    private string _endedBy = "";
    private int _busy;

    private MySqlSession(MySqlOptions options, ServerLink link, MySqlConnection driver, TimeProvider time) =>
        (_options, _link, _driver, _time, CommandTimeout) = (options, link, driver, time, options.CommandTimeout);

    /// <summary>CONNECTION_ID() of this session.</summary>
    public ulong Id { get; private set; }

    /// <summary>The version text, e.g. <c>10.11.19-MariaDB-0+deb12u1</c> or <c>5.7.25-OceanBase-v4.2.1.0</c>.</summary>
    public string Version { get; private set; } = "";

    public MySqlServerKind Kind { get; private set; }

    /// <summary>The server's end of this connection, as reported by the kernel; null if it was opened another way
    /// (<see cref="MySqlOptions.Connect"/>).</summary>
    public IPEndPoint? Peer => _link.Peer;

    /// <summary>TLS to this server for programs that compare no fingerprint: with one, they trust what signed its
    /// certificate.</summary>
    public MySqlTls ToolTls => _link.Authority is { } authority
        ? new MySqlTls { Mode = MySqlTlsMode.VerifyCA, Authority = authority }
        : _options.Tls;

    /// <summary>Seconds a statement may take; 0 for no limit.</summary>
    public int CommandTimeout { get; set; }

    internal string UserID => _options.UserID;

    /// <summary>Whether another statement can be sent.</summary>
    public bool IsOpen => !_link.HasEnded;

    /// <exception cref="MySqlSessionException">There is no session.</exception>
    public static async Task<MySqlSession> OpenAsync(
        MySqlOptions options, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        using var timer = Timer(options.ConnectionTimeout, time);
        using var question = OpenQuestions.Ask(options.Describe(), "login");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        ServerLink? link = null;
        MySqlSession? session = null;
        try
        {
            link = await ServerLink.ConnectAsync(options, either.Token);
            session = new MySqlSession(options, link, link.Driver(), time);
            using var ending = either.Token.UnsafeRegister(static l => ((ServerLink)l!).End(), link);
            await session._driver.OpenAsync(CancellationToken.None);
            await session.IntroduceAsync();
            either.Token.ThrowIfCancellationRequested();
            return session;
        }
        catch (Exception exception)
        {
            link?.End();
            if (session is not null)
            {
                await session.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (timer.IsCancellationRequested && link?.Refusal is null)
            {
                throw new MySqlSessionException(
                    $"Cannot connect to {options.Describe()}: no session was established within "
                        + $"{options.ConnectionTimeout} s, including the login.",
                    MySqlSessionException.Lost,
                    exception);
            }

            if (MySqlFailures.Of(exception, link, $"Cannot connect to {options.Describe()}: ") is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    /// <summary>Runs a statement. With parameters it is prepared (binary protocol), so no value is ever part of the SQL
    /// text.</summary>
    /// <returns>Rows that were affected: of an UPDATE those that were matched; -1 if it was of another kind.</returns>
    public Task<int> ExecuteAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        RunAsync(
            sql, parameters, static command => command.ExecuteNonQueryAsync(CancellationToken.None), cancellationToken);

    /// <summary>Reads the rows of a statement, at most 100,000 and 32 MiB.</summary>
    /// <param name="read">Takes a row; it may not keep it.</param>
    public Task<List<T>> QueryAsync<T>(
        string sql,
        Func<MySqlRow, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters) =>
        RunAsync(
            sql,
            parameters,
            async command =>
            {
                var rows = new List<T>();
                await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                while (await reader.ReadAsync(CancellationToken.None))
                {
                    if (rows.Count == MaximumRows)
                    {
                        throw _link.Refuse(
                            MySqlSessionException.AnswerTooLarge,
                            $"The statement returned more than {MaximumRows} rows, the limit.");
                    }

                    rows.Add(read(new MySqlRow(reader)));
                }

                return rows;
            },
            cancellationToken);

    public Task<List<string?[]>> RowsAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        QueryAsync(sql, static row => row.Texts(), cancellationToken, parameters);

    /// <summary>The first row as text; null for none.</summary>
    public async Task<string?[]?> RowAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        (await RowsAsync(sql, cancellationToken, parameters)).FirstOrDefault();

    /// <summary>The first value of the first row as text; null for none and for NULL.</summary>
    public async Task<string?> ScalarAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        await RowAsync(sql, cancellationToken, parameters) is [var first, ..] ? first : null;

    /// <summary>The same as a whole number; 0 for none and for NULL.</summary>
    public async Task<long> NumberAsync(
        string sql, CancellationToken cancellationToken, params (string Name, object? Value)[] parameters) =>
        (await QueryAsync(sql, static row => row.Number(0), cancellationToken, parameters))
            .FirstOrDefault();

    /// <summary>Ends the session. Never throws because of the network.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _busy) != 0)
        {
            // The package is not made for a farewell under a statement.
            _link.End();
        }

        try
        {
            await _driver.DisposeAsync();
        }
        catch (Exception exception) when (MySqlFailures.Of(exception, _link, prefix: "") is not null)
        {
            // The session is lost anyway.
        }

        await _link.DisposeAsync();
    }

    private async Task<T> RunAsync<T>(
        string sql,
        (string Name, object? Value)[] parameters,
        Func<MySqlCommand, Task<T>> call,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireOne(sql);
        if (_link.HasEnded)
        {
            throw new MySqlSessionException(
                $"The session on {_options.Describe()} has ended, open a new one. It ended with: {_endedBy}",
                MySqlSessionException.Gone);
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("The session runs another statement; only one at a time is possible.");
        }

        using var timer = Timer(CommandTimeout, _time);
        using var question = OpenQuestions.Ask(_options.Describe(), "a statement");
        try
        {
            // The package gets neither: it would answer them with a second session.
            using var onLimit = timer.Token.UnsafeRegister(static l => ((ServerLink)l!).End(), _link);
            using var onCancel = cancellationToken.UnsafeRegister(static l => ((ServerLink)l!).End(), _link);
            await using var command = new MySqlCommand(sql, _driver);
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            }

            if (parameters.Length > 0)
            {
                await command.PrepareAsync(CancellationToken.None);
            }

            return await call(command);
        }
        catch (Exception exception) when (MySqlFailures.Of(exception, _link, prefix: "") is { } failure)
        {
            throw Explained(failure, exception, timer.IsCancellationRequested, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private Exception Explained(
        MySqlSessionException failure, Exception cause, bool isOutOfTime, CancellationToken cancellationToken)
    {
        if (failure.IsConnectionError)
        {
            _link.End();
        }

        if (_link.HasEnded && _endedBy.Length == 0)
        {
            _endedBy = failure.Message;
        }

        return !_link.HasEnded || _link.Refusal is not null ? failure
            : cancellationToken.IsCancellationRequested
                ? new OperationCanceledException("The statement was cancelled.", cause, cancellationToken)
            : isOutOfTime ? new MySqlSessionException(
                $"The statement took longer than its limit of {CommandTimeout} s. Its session was ended.",
                MySqlSessionException.OutOfTime,
                cause)
            : failure;
    }

    // Asked by statement, not taken from the handshake, because a proxy answers the handshake itself.
    private async Task IntroduceAsync()
    {
        await using var command = new MySqlCommand("SELECT CONNECTION_ID(), VERSION(), @@version_comment", _driver);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var answer = await reader.ReadAsync(CancellationToken.None)
            ? new MySqlRow(reader).Texts()
            : [];
        if (answer is not [var number, { Length: <= LongestText } version, { Length: <= LongestText } comment]
            || !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            throw _link.Refuse(
                MySqlSessionException.Malformed, "The server did not say its version and the session's number.");
        }

        (Id, Version, Kind) = (id, version, MySqlServer.KindOf(version, comment));
    }

    // A server would execute a second statement: the package always allows it to take several.
    private static void RequireOne(string sql)
    {
        var quote = '\0';
        for (var i = 0; i < sql.Length; i++)
        {
            if (quote != '\0')
            {
                quote = sql[i] == quote ? '\0' : quote;
            }
            else if (sql[i] is '\'' or '"' or '`')
            {
                quote = sql[i];
            }
            else if (sql.AsSpan(i).StartsWith("/* "))
            {
                i = sql.IndexOf("*/", i, StringComparison.Ordinal) is >= 0 and var end ? end + 1 : sql.Length;
            }
            else if (sql[i] == ';' && !sql.AsSpan(i).Trim("; \t\r\n").IsEmpty)
            {
                throw new InvalidOperationException("A command must be one statement: something follows a semicolon.");
            }
        }
    }

    private static CancellationTokenSource Timer(int seconds, TimeProvider time) =>
        new(seconds == 0 ? Timeout.InfiniteTimeSpan : Timers.Clamp(TimeSpan.FromSeconds(seconds)), time);
}
