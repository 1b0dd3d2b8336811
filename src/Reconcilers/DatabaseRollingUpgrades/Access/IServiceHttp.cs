namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>HTTP towards the database's processes, plain or TLS as the spec says. Follows no redirect, reads at most 8 MiB, waits at most 10 s.</summary>
public interface IServiceHttp : IDisposable
{
    /// <summary>http or https.</summary>
    string Scheme { get; }

    /// <summary>GET.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken);

    /// <summary>Any other method.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    Task<ServiceAnswer> SendAsync(HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken);
}
