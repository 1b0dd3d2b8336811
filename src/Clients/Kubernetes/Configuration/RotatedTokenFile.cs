using k8s.Authentication;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A token that the server may refuse before it expires. The token providers of the package know only its
/// expiry.</summary>
public interface IRenewableTokenProvider : ITokenProvider
{
    /// <summary>Called after the server refused the last token: the cache must not be used.</summary>
    /// <exception cref="Errors.KubernetesConfigurationException">No token is available.</exception>
    Task RenewAsync(CancellationToken cancellationToken);
}

/// <summary>A token in a file that is rotated, as the kubelet does with the ServiceAccount token of a pod. It is read
/// again once a minute and when the server refuses it. <see cref="k8s.Authentication.TokenFileAuth"/> fails if the file
/// is missing between two rotations, and keeps a refused token until the minute is over.</summary>
/// <param name="path">The file.</param>
/// <param name="time">Clock.</param>
internal sealed class RotatedTokenFile(string path, TimeProvider time) : IRenewableTokenProvider
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private string? _token;
    private long _readAt;

    public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_token is null || time.GetElapsedTime(_readAt) >= ReadAgainAfter)
            {
                Read();
            }

            return Task.FromResult(new AuthenticationHeaderValue("Bearer", _token));
        }
    }

    public Task RenewAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Read();
        }

        return Task.CompletedTask;
    }

    private void Read()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            _token = token.Length > 0
                ? token
                : throw new KubernetesConfigurationException(
                    $"The token file {path} is empty; expected a bearer token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A rotated file may be missing for a moment; the last token is still valid then.
            if (_token is null)
            {
                throw new KubernetesConfigurationException(
                    $"The token file {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
            }
        }

        _readAt = time.GetTimestamp();
    }
}
