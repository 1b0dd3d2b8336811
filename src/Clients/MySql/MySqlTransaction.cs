using Driver = MySqlConnector;

namespace Drydock.Clients.MySql;

/// <summary>A transaction; disposed without <see cref="Commit"/> it is rolled back.</summary>
public sealed class MySqlTransaction : DbTransaction
{
    private readonly Driver.MySqlTransaction _driver;
    private MySqlConnection? _connection;

    private MySqlTransaction(MySqlConnection connection, Driver.MySqlTransaction driver)
    {
        _connection = connection;
        _driver = driver;
        connection.Transaction = this;
    }

    public override IsolationLevel IsolationLevel => _driver.IsolationLevel;

    protected override DbConnection? DbConnection => _connection;

    // ADO.NET also has this member without a task, so this waits.
    public override void Commit() => CommitAsync().GetAwaiter().GetResult();

    public override Task CommitAsync(CancellationToken cancellationToken = default) =>
        EndAsync(static driver => driver.CommitAsync(CancellationToken.None), cancellationToken);

    // ADO.NET also has this member without a task, so this waits.
    public override void Rollback() => RollbackAsync().GetAwaiter().GetResult();

    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        EndAsync(static driver => driver.RollbackAsync(CancellationToken.None), cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (_connection is { State: ConnectionState.Open })
        {
            await RollbackAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    internal static async Task<MySqlTransaction> BeginAsync(
        MySqlConnection connection, IsolationLevel level, CancellationToken cancellationToken)
    {
        if (connection.Transaction is not null)
        {
            throw new InvalidOperationException("The connection already has a transaction; end it first.");
        }

        connection.RequireNoReader();
        var driver = await connection.RunAsync(
            connection.Options.DefaultCommandTimeout,
            c => c.BeginTransactionAsync(level, CancellationToken.None).AsTask(),
            cancellationToken).ConfigureAwait(false);
        return new MySqlTransaction(connection, driver);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _connection is { State: ConnectionState.Open })
        {
            Rollback();
        }

        base.Dispose(disposing);
    }

    private async Task EndAsync(Func<Driver.MySqlTransaction, Task> end, CancellationToken cancellationToken)
    {
        var connection = _connection ?? throw new InvalidOperationException("The transaction has ended.");
        _connection = null;
        connection.Transaction = null;
        await connection.RunAsync(
            connection.Options.DefaultCommandTimeout,
            async _ =>
            {
                await end(_driver).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
