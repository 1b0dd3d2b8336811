using System.Net.Sockets;

namespace Drydock.Reconcilers.Oms;

/// <summary>Opens sessions on one metadata server and runs operations in them, turning every database error into an
/// <see cref="OmsMetadataException"/>.</summary>
internal sealed class SqlSessions
{
    private readonly DbProviderFactory _provider;
    private readonly string _connectionString;
    private readonly EndpointPolicy _endpoints;

    internal SqlSessions(
        DbProviderFactory provider, MetadataTarget target, string connectionString, EndpointPolicy endpoints)
    {
        _provider = provider;
        _endpoints = endpoints;
        _connectionString = connectionString;
        Target = target;
    }

    internal MetadataTarget Target { get; }

    internal async Task<T> RunAsync<T>(
        string what, Func<DbConnection, Task<T>> action, CancellationToken cancellationToken)
    {
        return await GuardAsync(
            what,
            async () =>
            {
                await using var connection = await ConnectAsync(cancellationToken);
                return await action(connection);
            },
            cancellationToken);
    }

    internal async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await CheckAddressAsync(cancellationToken);
        var connection = _provider.CreateConnection()
            ?? throw new OmsMetadataException(
                OmsMetadataErrorKind.Other, "The database provider returned no connection.");
        try
        {
            connection.ConnectionString = _connectionString;
            await connection.OpenAsync(cancellationToken);

            // A server may be configured without autocommit; every statement here must commit on its own.
            await Sql.ExecuteAsync(connection, "SET autocommit = 1", cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // The database library resolves the name again and may take any of several addresses, so each must be allowed.
    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _endpoints.CheckAsync(Target.Host, cancellationToken);
        }
        catch (EndpointRefusedException refused)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.AccessDenied, $"Metadata server {Target.Address}: {refused.Message}");
        }
        catch (SocketException unresolved)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Unreachable, $"Metadata server {Target.Address}: "
                    + $"the host name cannot be resolved: {Sentences.Close(unresolved.Message)} "
                    + "Check the name and the DNS of the operator.");
        }
    }

    internal async Task<T> GuardAsync<T>(string what, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        Exception instead;
        try
        {
            return await action();
        }
        catch (Exception error)
            when (cancellationToken.IsCancellationRequested && error is (DbException or InvalidOperationException))
        {
            // A provider may report the interrupted statement instead of the cancellation.
            instead = new OperationCanceledException(cancellationToken);
        }
        catch (Exception error) when (SqlErrors.Translate(error, what, Target) is { } translated)
        {
            instead = translated;
        }

        // Thrown without the cause, because a provider's exceptions may quote statements.
        throw instead;
    }
}
