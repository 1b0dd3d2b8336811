using k8s.Authentication;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A token in a file that is rotated, as the kubelet does with the ServiceAccount token of a pod. It is read
/// for each request: <see cref="k8s.Authentication.TokenFileAuth"/> fails if the file is missing between two rotations,
/// and keeps a refused token for a minute.</summary>
internal sealed class RotatedTokenFile(string path) : ITokenProvider
{
    private volatile string? _token;

    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        try
        {
            _token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim() is { Length: > 0 } token
                ? token
                : throw new KubernetesConfigurationException(
                    $"The token file {path} is empty; expected a bearer token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A rotated file may be missing for a moment; the last token is still valid then.
            _ = _token ?? throw new KubernetesConfigurationException(
                $"The token file {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }

        return new AuthenticationHeaderValue("Bearer", _token);
    }
}
