using System.Net;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Answers only digest, as YugabyteDB asks with webserver_password_file, and basic over TLS, as a proxy may ask.
/// </summary>
internal sealed class ServiceCredentials(ServiceLogin login) : ICredentials
{
    private readonly NetworkCredential _credential = new(login.User, login.Password);

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        string.Equals(authType, "Digest", StringComparison.OrdinalIgnoreCase)
            || (string.Equals(authType, "Basic", StringComparison.OrdinalIgnoreCase)
                && uri.Scheme == Uri.UriSchemeHttps)
            ? _credential
            : null;
}
