namespace Drydock.Reconcilers.Databases;

/// <summary>HTTP to the processes of a database, plain or TLS as the spec says. Never follows a redirection, reads at
/// most 8 MiB, waits at most 10 s, and sends a request that may change something only once: the caller decides whether
/// to send it again.</summary>
internal interface IServiceHttp : IDisposable
{
    string Scheme { get; }

    /// <summary>Sends a GET request. Any status is an answer.</summary>
    /// <exception cref="ServiceException">There was no answer, or it cannot be read.</exception>
    Task<ServiceAnswer> GetAsync(string host, int port, string path, CancellationToken cancellationToken);

    /// <summary>Sends a GET request and reads the body while it arrives: for answers that grow with the database. Takes
    /// at most 1 minute; the reader limits how much it keeps.</summary>
    /// <exception cref="ServiceException">There was no answer, or it ended too early.</exception>
    async Task<T> ReadAsync<T>(
        string host,
        int port,
        string path,
        Func<ServiceStream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        var answer = await GetAsync(host, port, path, cancellationToken);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(answer.Body));
        return await read(new ServiceStream(answer.Status, answer.ContentType, content), cancellationToken);
    }

    /// <summary>Sends a request. Any status is an answer.</summary>
    /// <param name="json">The body; null sends no body.</param>
    /// <exception cref="ServiceException">There was no readable answer;
    /// <see cref="ServiceException.IsAnswerLost"/>.</exception>
    Task<ServiceAnswer> SendAsync(
        HttpMethod method, string host, int port, string path, string? json, CancellationToken cancellationToken);
}
