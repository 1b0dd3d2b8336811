using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>
/// A token in a file that is rotated, as the kubelet does with the ServiceAccount token of a pod. It is read again once
/// a minute and when the server refuses it.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="time">Clock.</param>
/// <param name="certificate">A client certificate in addition to the token.</param>
public sealed class TokenFileCredentialSource(
    string path, TimeProvider time, X509Certificate2? certificate = null) : ICredentialSource
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private Credential? _credential;
    private long _readAt;

    /// <inheritdoc />
    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_credential is null || refresh || time.GetElapsedTime(_readAt) >= ReadAgainAfter)
            {
                _credential = Read();
                _readAt = time.GetTimestamp();
            }

            return ValueTask.FromResult(_credential);
        }
    }

    private Credential Read()
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            return token.Length > 0
                ? new Credential(token, certificate)
                : throw new KubernetesConfigurationException(
                    $"The token file {path} is empty; expected a bearer token.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A rotated file may be missing for a moment; the last token is still valid then.
            return _credential
                ?? throw new KubernetesConfigurationException(
                    $"The token file {path} cannot be read: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
