using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Drydock.Clients.MySql.Native;
using Drydock.Clients.MySql.Protocol;

namespace Drydock.Clients.MySql;

/// <summary>
/// One session on a MySQL-protocol server through MariaDB Connector/C. No pooling, no reconnect: a lost connection
/// stays lost.
/// </summary>
/// <remarks>
/// <para>Not thread-safe, as any <see cref="DbConnection"/>. Asynchronous calls run on a thread of the connection;
/// synchronous ones on the caller's.</para>
/// <para>Cancelling a command sends <c>KILL QUERY</c> from a second connection, if that reaches the same server; if
/// this does not help within 5 seconds the socket is shut down and the connection is
/// <see cref="ConnectionState.Broken"/>. Cancelling <see cref="OpenAsync"/>, or its time limit, shuts the socket
/// down.</para>
/// <para>A reader that is closed early reads at most 1 MiB more; then the statement is ended in the same way.</para>
/// </remarks>
public sealed partial class MySqlConnection : DbConnection
{
    private MySqlConnectionStringBuilder _options;
    private NativeConnection? _native;
    private ConnectionThread? _thread;
    private ConnectionState _state = ConnectionState.Closed;
    private string _database = "";
    private string _serverVersion = "";
    private bool _killMayBePending;
    private string _server = "";
    private string _brokenBy = "";

    /// <summary>A closed connection without a connection string.</summary>
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

    /// <summary>A closed connection; later changes of <paramref name="options"/> have no effect.</summary>
    public MySqlConnection(MySqlConnectionStringBuilder options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = new MySqlConnectionStringBuilder(options);
    }

    /// <summary>The connection string; reading it omits the password.</summary>
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

    /// <inheritdoc/>
    public override int ConnectionTimeout => (int)_options.ConnectionTimeout;

    /// <summary>
    /// The database selected at connect or by <see cref="ChangeDatabase"/>; a <c>USE</c> statement is not seen.
    /// </summary>
    public override string Database => _state == ConnectionState.Closed ? _options.Database : _database;

    /// <summary>Host and port, or the socket file.</summary>
    public override string DataSource => _options.UnixSocket.Length > 0
        ? _options.UnixSocket
        : string.Create(CultureInfo.InvariantCulture, $"{_options.Server}:{_options.Port}");

    /// <summary>The version text, e.g. <c>10.11.19-MariaDB-0+deb12u1</c> or <c>5.7.25-OceanBase-v4.2.1.0</c>.</summary>
    /// <exception cref="InvalidOperationException">Not open.</exception>
    public override string ServerVersion => Native is null ? "" : _serverVersion;

    /// <summary>Which server this is.</summary>
    public MySqlServerKind ServerKind { get; private set; }

    /// <summary>CONNECTION_ID() of this session; 0 before it was first opened.</summary>
    public ulong ConnectionId { get; private set; }

    /// <summary>The TLS cipher in use, null without TLS.</summary>
    public string? TlsCipher => Native.Cipher();

    /// <summary>The server's end of this connection, as reported by the kernel; null for a local socket.</summary>
    /// <exception cref="InvalidOperationException">Not open.</exception>
    public IPEndPoint? PeerAddress => Native.Peer();

    /// <inheritdoc/>
    public override ConnectionState State => _state;

    /// <summary>Clock of command time limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => MySqlProviderFactory.Instance;

    internal MySqlConnectionStringBuilder Options => _options;

    internal MySqlTransaction? Transaction { get; set; }

    internal MySqlDataReader? ActiveReader { get; set; }

    private NativeConnection Native =>
        _native ?? throw new InvalidOperationException($"The connection is {_state}; open it first.");

    /// <inheritdoc/>
    public override void Open()
    {
        BeginOpen();
        try
        {
            EndOpen(Connect(_options, Time, CancellationToken.None));
        }
        catch
        {
            Set(ConnectionState.Closed);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeginOpen();
        var thread = new ConnectionThread();
        var options = _options;
        var connecting = thread.RunAsync(() => Connect(options, Time, cancellationToken));
        try
        {
            // The socket is shut down at the limit. Only the resolver cannot be stopped; it has its own limits.
            var limit = options.ConnectionTimeout == 0
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromSeconds(options.ConnectionTimeout) + ResolverGrace;
            EndOpen(await connecting.WaitAsync(limit, Time, cancellationToken).ConfigureAwait(false));
            _thread = thread;
        }
        catch (Exception exception)
        {
            // A connection that the thread still returns is closed.
            _ = connecting.ContinueWith(
                static t => t.Result.Native.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            _ = connecting.ContinueWith(
                static t => t.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
            thread.Dispose();
            Set(ConnectionState.Closed);
            if (exception is TimeoutException)
            {
                throw TooSlow(options, exception);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        // A running call on another thread is ended first.
        if (!_gate.TryEnter())
        {
            _native?.Socket.End();
            _gate.Enter();
        }

        try
        {
            ActiveReader?.Abandon();
            ActiveReader = null;
            Transaction = null;
            if (_native is { } native)
            {
                native.IsQuiet = _state == ConnectionState.Open && !native.Socket.HasEnded;
                native.Dispose();
            }

            _native = null;
            _thread?.Dispose();
            _thread = null;
            Set(ConnectionState.Closed);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_thread is { } thread)
        {
            EndCallUnderWay();
            await thread.RunAsync(() =>
            {
                Close();
                return true;
            }).ConfigureAwait(false);
        }

        Close();
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName)
    {
        Run(
            _options.DefaultCommandTimeout,
            isCommand: true,
            native => SelectDatabase(native, databaseName),
            CancellationToken.None);
        _database = databaseName;
    }

    /// <inheritdoc/>
    public override async Task ChangeDatabaseAsync(string databaseName, CancellationToken cancellationToken = default)
    {
        await RunAsync(
            _options.DefaultCommandTimeout,
            isCommand: true,
            native => SelectDatabase(native, databaseName),
            cancellationToken).ConfigureAwait(false);
        _database = databaseName;
    }

    /// <summary>Creates a command on this connection.</summary>
    public new MySqlCommand CreateCommand() => new() { Connection = this };

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        MySqlTransaction.Begin(this, isolationLevel);

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await MySqlTransaction.BeginAsync(this, isolationLevel, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private static bool SelectDatabase(NativeConnection native, string name) =>
        NativeMethods.mysql_select_db(native, name) == 0 ? true : throw native.Error();

    private void RequireNoReader()
    {
        if (ActiveReader is { IsClosed: false })
        {
            throw new InvalidOperationException("A data reader is open on this connection; close it first.");
        }
    }

    private void BeginOpen()
    {
        if (_state != ConnectionState.Closed)
        {
            throw new InvalidOperationException($"The connection is {_state}; close it first.");
        }

        _state = ConnectionState.Connecting;
    }

    private void EndOpen(OpenedSession session)
    {
        _native = session.Native;
        ConnectionId = session.ConnectionId;
        ServerKind = session.Kind;
        _serverVersion = session.Version;
        _database = _options.Database;
        _server = session.Server;
        _brokenBy = "";
        _killMayBePending = false;
        Set(ConnectionState.Open);
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
