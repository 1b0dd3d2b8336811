using System.Net.Sockets;

namespace Drydock.Reconcilers.Oms;

/// <summary>Opens sessions on one metadata server and runs operations in them, turning every database error into an
/// <see cref="OmsMetadataException"/>.</summary>
internal sealed class SqlSessions
{
    private readonly EndpointPolicy _endpoints;

    internal SqlSessions(MetadataTarget target, EndpointPolicy endpoints) => (Target, _endpoints) = (target, endpoints);

    internal MetadataTarget Target { get; }

    internal async Task<T> RunAsync<T>(
        string what, Func<MySqlSession, Task<T>> action, CancellationToken cancellationToken)
    {
        return await GuardAsync(
            what,
            async () =>
            {
                await using var session = await ConnectAsync(cancellationToken);
                return await action(session);
            },
            cancellationToken);
    }

    internal async Task<MySqlSession> ConnectAsync(CancellationToken cancellationToken)
    {
        await CheckAddressAsync(cancellationToken);
        var session = await MySqlSession.OpenAsync(Target.Options(), cancellationToken);
        try
        {
            // A server may be configured without autocommit; every statement here must commit on its own.
            await session.ExecuteAsync("SET autocommit = 1", cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
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
        catch (MySqlSessionException) when (cancellationToken.IsCancellationRequested)
        {
            // An interrupted statement may be reported as such instead of as the cancellation.
            instead = new OperationCanceledException(cancellationToken);
        }
        catch (MySqlSessionException error)
        {
            instead = SqlErrors.Translate(error, what, Target);
        }

        // Thrown without the cause, because the package's exceptions may quote statements.
        throw instead;
    }
}
