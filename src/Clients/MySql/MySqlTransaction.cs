using System.Data;
using System.Data.Common;

namespace Drydock.Clients.MySql;

/// <summary>A transaction; disposed without <see cref="Commit"/> it is rolled back.</summary>
public sealed class MySqlTransaction : DbTransaction
{
    private MySqlConnection? _connection;

    private MySqlTransaction(MySqlConnection connection, IsolationLevel isolationLevel)
    {
        _connection = connection;
        IsolationLevel = isolationLevel;
        connection.Transaction = this;
    }

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel { get; }

    /// <inheritdoc/>
    protected override DbConnection? DbConnection => _connection;

    /// <inheritdoc/>
    public override void Commit() => End("COMMIT");

    /// <inheritdoc/>
    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        EndAsync("COMMIT", cancellationToken);

    /// <inheritdoc/>
    public override void Rollback() => End("ROLLBACK");

    /// <inheritdoc/>
    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        EndAsync("ROLLBACK", cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_connection is { State: ConnectionState.Open })
        {
            await RollbackAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    internal static MySqlTransaction Begin(MySqlConnection connection, IsolationLevel level)
    {
        RequireNone(connection);
        foreach (var sql in Statements(level))
        {
            using var command = Command(connection, sql);
            command.ExecuteNonQuery();
        }

        return new MySqlTransaction(connection, Effective(level));
    }

    internal static async Task<MySqlTransaction> BeginAsync(
        MySqlConnection connection, IsolationLevel level, CancellationToken cancellationToken)
    {
        RequireNone(connection);
        foreach (var sql in Statements(level))
        {
            await using var command = Command(connection, sql);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return new MySqlTransaction(connection, Effective(level));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _connection is { State: ConnectionState.Open })
        {
            Rollback();
        }

        base.Dispose(disposing);
    }

    private static MySqlCommand Command(MySqlConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void RequireNone(MySqlConnection connection)
    {
        if (connection.Transaction is not null)
        {
            throw new InvalidOperationException("The connection already has a transaction; end it first.");
        }
    }

    private static IsolationLevel Effective(IsolationLevel level) =>
        level == IsolationLevel.Unspecified ? IsolationLevel.RepeatableRead : level;

    private static IEnumerable<string> Statements(IsolationLevel level) => level switch
    {
        IsolationLevel.Unspecified => ["START TRANSACTION"],
        IsolationLevel.ReadUncommitted => ["SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", "START TRANSACTION"],
        IsolationLevel.ReadCommitted => ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"],
        IsolationLevel.RepeatableRead => ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION"],
        IsolationLevel.Serializable => ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION"],
        IsolationLevel.Snapshot =>
            ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT"],
        _ => throw new NotSupportedException($"Isolation level {level} is not supported by MySQL."),
    };

    private MySqlConnection Take()
    {
        var connection = _connection ?? throw new InvalidOperationException("The transaction has ended.");
        _connection = null;
        connection.Transaction = null;
        return connection;
    }

    private void End(string sql)
    {
        using var command = Command(Take(), sql);
        command.ExecuteNonQuery();
    }

    private async Task EndAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(Take(), sql);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
