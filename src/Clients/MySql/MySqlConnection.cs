using Drydock.Clients.MySql.Transport;
using Driver = MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>
/// One session on a MySQL-protocol server through MySqlConnector. No pooling, no reconnect, no second session: a lost
/// connection stays lost.
/// </summary>
/// <remarks>
/// <para>Not thread-safe, as any <see cref="DbConnection"/>.</para>
/// <para>A command that is cancelled or exceeds its time limit ends the session: the connection is
/// <see cref="ConnectionState.Broken"/>. The package would send <c>KILL QUERY</c> from a second session, which behind a
/// proxy may reach another server, where the same number belongs to another session.</para>
/// <para>A reader that is closed early reads at most 1 MiB more; then the session is ended.</para>
/// </remarks>
public sealed class MySqlConnection : DbConnection
{
    private const long DrainBytes = 1 << 20;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private MySqlConnectionStringBuilder _options;
    private ServerLink? _link;
    private Driver.MySqlConnection? _driver;
    private ConnectionState _state = ConnectionState.Closed;
    private string _database = "";
    private string _serverVersion = "";
    private string _brokenBy = "";
    private int _busy;

    public MySqlConnection()
        : this(new MySqlConnectionStringBuilder())
    {
    }

    /// <summary>A closed connection.</summary>
    /// <exception cref="ArgumentException">The connection string is malformed or has an unknown key.</exception>
    public MySqlConnection(string connectionString)
        : this(new MySqlConnectionStringBuilder(connectionString))
    {
    }

    public MySqlConnection(MySqlConnectionStringBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new MySqlConnectionStringBuilder(options);
    }

    [AllowNull]
    public override string ConnectionString
    {
        get
        {
            var shown = new MySqlConnectionStringBuilder(_options);
            shown.Remove("Password");
            return shown.ConnectionString;
        }

        set
        {
            if (_state != ConnectionState.Closed)
            {
                throw new InvalidOperationException(
                    "The connection string cannot change while the connection is open.");
            }

            _options = new MySqlConnectionStringBuilder(value ?? "");
        }
    }

    public override int ConnectionTimeout => (int)_options.ConnectionTimeout;

    /// <summary>The database selected at connect or by <see cref="ChangeDatabase"/>; a <c>USE</c> statement is not
    /// seen.</summary>
    public override string Database => _state == ConnectionState.Closed ? _options.Database : _database;

    public override string DataSource => _options.UnixSocket.Length > 0
        ? _options.UnixSocket
        : string.Create(CultureInfo.InvariantCulture, $"{_options.Server}:{_options.Port}");

    /// <summary>The version text, e.g. <c>10.11.19-MariaDB-0+deb12u1</c> or <c>5.7.25-OceanBase-v4.2.1.0</c>.</summary>
    /// <exception cref="InvalidOperationException">Not open.</exception>
    public override string ServerVersion => Link is null ? "" : _serverVersion;

    public MySqlServerKind ServerKind { get; private set; }

    /// <summary>CONNECTION_ID() of this session; 0 before it was first opened.</summary>
    public ulong ConnectionId { get; private set; }

    public string? TlsCipher => Link.Cipher;

    /// <summary>The server's end of this connection, as reported by the kernel; null for a local socket.</summary>
    public IPEndPoint? PeerAddress => Link.Peer;

    public override ConnectionState State => _state;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    protected override DbProviderFactory DbProviderFactory => MySqlProviderFactory.Instance;

    internal MySqlConnectionStringBuilder Options => _options;

    internal MySqlTransaction? Transaction { get; set; }

    internal MySqlDataReader? ActiveReader { get; set; }

    private ServerLink Link =>
        _link ?? throw new InvalidOperationException($"The connection is {_state}; open it first.");

    // ADO.NET also has this member without a task, so this waits.
    public override void Open() => OpenAsync(CancellationToken.None).GetAwaiter().GetResult();

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_state != ConnectionState.Closed)
        {
            throw new InvalidOperationException($"The connection is {_state}; close it first.");
        }

        _state = ConnectionState.Connecting;
        using var timer = Limits.Timer(_options.ConnectionTimeout, Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var session = new SessionOpening(_options);
        try
        {
            await session.RunAsync(ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await session.AbandonAsync().ConfigureAwait(false);
            Set(ConnectionState.Closed);
            cancellationToken.ThrowIfCancellationRequested();
            var prefix = $"Cannot connect to {_options.Describe()}: ";
            if (Failures.Translate(exception, session.Link, prefix) is { } failure)
            {
                throw timer.IsCancellationRequested && session.Link?.Refusal is null
                    ? Failures.TooSlow(_options, failure)
                    : failure;
            }

            throw;
        }

        (_link, _driver) = (session.Link, session.DriverConnection);
        (ConnectionId, _serverVersion, ServerKind) = (session.ConnectionId, session.Version, session.Kind);
        (_database, _brokenBy) = (_options.Database, "");
        Set(ConnectionState.Open);
    }

    /// <summary>Closes the session. Never throws because of the network. A running call is ended.</summary>
    // ADO.NET also has this member without a task, so this waits.
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    public override async Task CloseAsync()
    {
        var (link, driver, isIdle) = (_link, _driver, Interlocked.Exchange(ref _busy, 1) == 0);
        // The package would wait for the rest of a result, and for a ROLLBACK.
        if (!isIdle || ActiveReader is not null || Transaction is not null)
        {
            link?.End();
        }

        ActiveReader?.Abandon();
        (ActiveReader, Transaction, _link, _driver) = (null, null, null, null);
        Set(ConnectionState.Closed);
        if (isIdle)
        {
            await SessionOpening.CloseAsync(link, driver).ConfigureAwait(false);
            Volatile.Write(ref _busy, 0);
        }
    }

    // ADO.NET also has this member without a task, so this waits.
    public override void ChangeDatabase(string databaseName) =>
        ChangeDatabaseAsync(databaseName).GetAwaiter().GetResult();

    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        RequireNoReader();
        await RunAsync(
            _options.DefaultCommandTimeout,
            async driver =>
            {
                await driver.ChangeDatabaseAsync(databaseName, CancellationToken.None).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        _database = databaseName;
    }

    public new MySqlCommand CreateCommand() => new() { Connection = this };

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a call of the package, which is ended with the session by the limit (seconds, 0 for none) or the
    /// token. The package gets no token: it would answer it with a second session.</summary>
    internal async Task<T> RunAsync<T>(
        uint limit, Func<Driver.MySqlConnection, Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var link = Link;
        var driver = _driver!;
        if (_state == ConnectionState.Broken)
        {
            throw Failures.Broken(_options, _brokenBy);
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException(
                "The connection is running another command; only one at a time is possible.");
        }

        using var timer = Limits.Timer(limit, Time);
        try
        {
            using var onLimit = timer.Token.UnsafeRegister(static l => ((ServerLink)l!).End(), link);
            using var onCancel = cancellationToken.UnsafeRegister(static l => ((ServerLink)l!).End(), link);
            var result = await call(driver).ConfigureAwait(false);
            if (link.HasEnded && link.Refusal is null)
            {
                // For example, the limit expired after the answer had arrived.
                Break(link, "It was ended during a command, or by the server.");
            }

            return result;
        }
        catch (Exception exception) when (Failures.Translate(exception, link, prefix: "") is { } failure)
        {
            if (failure.IsConnectionError || link.HasEnded)
            {
                Break(link, failure.Message);
            }

            if (link.HasEnded && link.Refusal is null && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The command was cancelled.", exception, cancellationToken);
            }

            throw link.HasEnded && link.Refusal is null && timer.IsCancellationRequested
                ? Failures.OutOfTime(limit, exception)
                : failure;
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
            if (!ReferenceEquals(_link, link))
            {
                // It was closed meanwhile.
                await SessionOpening.CloseAsync(link, driver).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Bytes that the server may send for the next command; 0 for no limit.</summary>
    internal void Allow(long bytes) => Link.Allow(bytes);

    /// <summary>Ends the session because of what the server sent.</summary>
    internal void Refuse(MySqlLimitException reason)
    {
        if (_link is { } link)
        {
            link.Refuse(new LinkRefusedException(reason.Message, reason.Number, reason));
            Break(link, reason.Message);
        }
    }

    /// <summary>Reads the rest of a reader's results within bounds: a reader that is closed early must not read 100 GB.
    /// Never throws because of the server's answer.</summary>
    internal async Task DrainAsync(Driver.MySqlDataReader reader)
    {
        if (_link is not { } link || _state != ConnectionState.Open)
        {
            return;
        }

        link.Allow(DrainBytes);
        using var timer = Limits.Timer(DrainTime, Time);
        try
        {
            using var onLimit = timer.Token.UnsafeRegister(static l => ((ServerLink)l!).End(), link);
            await reader.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (Failures.Translate(exception, link, prefix: "") is not null)
        {
            // The error that ended the statement early is ignored, because the reader is no longer used.
        }

        if (link.HasEnded)
        {
            Break(link, "A reader was closed before its end, and the server did not stop sending the rest.");
        }
    }

    internal void RequireNoReader()
    {
        if (ActiveReader is { IsClosed: false })
        {
            throw new InvalidOperationException("A data reader is open on this connection; close it first.");
        }
    }

    // ADO.NET also has this member without a task, so this waits.
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        MySqlTransaction.BeginAsync(this, isolationLevel, CancellationToken.None).GetAwaiter().GetResult();

    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await MySqlTransaction.BeginAsync(this, isolationLevel, cancellationToken).ConfigureAwait(false);

    protected override DbCommand CreateDbCommand() => CreateCommand();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private void Break(ServerLink link, string reason)
    {
        link.End();
        if (_state == ConnectionState.Open && ReferenceEquals(link, _link))
        {
            _brokenBy = reason;
            Set(ConnectionState.Broken);
        }
    }

    private void Set(ConnectionState state)
    {
        var before = _state;
        if (before != state)
        {
            _state = state;
            OnStateChange(new StateChangeEventArgs(before, state));
        }
    }
}
